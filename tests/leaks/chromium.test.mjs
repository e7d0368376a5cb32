import { leaksIn } from './leaks.mjs';

leaksIn('chromium');
