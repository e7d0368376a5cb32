import { leaksIn } from './leaks.mjs';

leaksIn('webkit');
