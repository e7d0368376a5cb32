import { leaksIn } from './leaks.mjs';

leaksIn('firefox');
