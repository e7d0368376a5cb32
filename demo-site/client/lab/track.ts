import { clock, svg } from './dom.js';

/** One thing that happened on a lane: a request that arrived, or one this page stopped. */
export interface Stop {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly what: 'arrived' | 'held' | 'refused';
  readonly label: string;
}

const span = 60_000;
const height = 120;
const line = 56;
const step = 13;
/** Stops nearer than this share a stack; a little more than their width, so that the number above has room. */
const spread = 20;
const most = 3;
const radius = 5.5;

/**
 * One lane's last minute, drawn as a line of a network map: solid while it was open, arrivals as stops on it, what was held
 * or refused below it, each at its time. Stops that would cover each other are stacked away from the line.
 */
export class Track {
  readonly #root: SVGSVGElement;
  #stops: Stop[] = [];
  #width = 0;
  /** Since when the line is open or closed, oldest first; one entry from before the drawn minute stays. */
  #turns: { readonly time: number; readonly open: boolean }[] = [];

  constructor(root: SVGSVGElement) {
    this.#root = root;
    new ResizeObserver(([entry]) => {
      this.#width = Math.round(entry?.contentRect.width ?? 0);
      this.draw(Date.now());
    }).observe(root);
  }

  add(stop: Stop): void {
    this.#stops.push(stop);
  }

  /** Forgets everything, or only what arrived (when the whole picture of that comes anew). */
  clear(onlyArrived = false): void {
    this.#stops = onlyArrived ? this.#stops.filter((stop) => stop.what !== 'arrived') : [];
  }

  /** Says whether the line is open at `now`: whether this page's runtime would let a request through. */
  turn(now: number, open: boolean): void {
    if (this.#turns.at(-1)?.open !== open) this.#turns.push({ time: now, open });
    while (this.#turns[1] && now - this.#turns[1].time >= span) this.#turns.shift();
  }

  /** Draws the minute that ends at `now` (milliseconds). */
  draw(now: number): void {
    if (this.#width === 0) return;
    this.#stops.sort((a, b) => a.time - b.time);
    while (this.#stops[0] && now - this.#stops[0].time >= span) this.#stops.shift();
    const end = this.#width - 14;
    const x = (time: number): number => Math.round(end - ((now - time) / span) * (end - 14));
    const ticks = [60, 45, 30, 15, 0].map((seconds) =>
      svg(
        'g',
        { class: 'minute', transform: `translate(${x(now - seconds * 1000)} 0)` },
        svg('path', { d: `M0 8V${height - 16}` }),
        svg('text', { y: height - 3, 'text-anchor': seconds === 60 ? 'start' : seconds === 0 ? 'end' : 'middle' }, seconds === 0 ? 'now' : `${seconds} s`),
      ),
    );
    this.#root.setAttribute('viewBox', `0 0 ${this.#width} ${height}`);
    this.#root.replaceChildren(...ticks, ...this.#rails(x, end), ...this.#above(x), ...this.#below(x));
  }

  /** The closed line all along, and the open line over the stretches of time in which it was open. */
  #rails(x: (time: number) => number, end: number): SVGElement[] {
    const rails = [svg('path', { class: 'rail', d: `M14 ${line}H${end}` })];
    this.#turns.forEach(({ time, open }, i) => {
      const until = this.#turns[i + 1];
      if (open) rails.push(svg('path', { class: 'rail running', d: `M${Math.max(14, x(time))} ${line}H${until ? x(until.time) : end}` }));
    });
    return rails;
  }

  #above(x: (time: number) => number): SVGElement[] {
    return stacks(this.#stops.filter((stop) => stop.what === 'arrived'), x, line - most * step + 3, (at, level, stop) =>
      svg('circle', { class: 'stop arrived', cx: at, cy: line - level * step, r: radius }, svg('title', {}, title(stop))),
    );
  }

  #below(x: (time: number) => number): SVGElement[] {
    return stacks(this.#stops.filter((stop) => stop.what !== 'arrived'), x, line + 15 + most * step, (at, level, stop) => {
      const cy = line + 15 + level * step;
      const children = [svg('title', {}, title(stop)), svg('circle', { cx: at, cy, r: radius - 0.5 })];
      // A refused request carries a bar, so that the two are told apart without colour.
      if (stop.what === 'refused') children.push(svg('path', { d: `M${at - 3} ${cy + 3}L${at + 3} ${cy - 3}` }));
      return svg('g', { class: `stop ${stop.what}` }, ...children);
    });
  }
}

const words = { arrived: 'arrived', held: 'waits for a choice', refused: 'refused' } as const;

const title = (stop: Stop): string => `${clock(stop.time)} ${words[stop.what]}: ${stop.label}`;

/**
 * Places stops by time; those too near to their neighbour go up a level, and past the third they are only counted, in a
 * number written at `overflow`.
 */
function stacks(
  stops: readonly Stop[],
  x: (time: number) => number,
  overflow: number,
  draw: (at: number, level: number, stop: Stop) => SVGElement,
): SVGElement[] {
  const drawn: SVGElement[] = [];
  let last = Number.NEGATIVE_INFINITY;
  let level = 0;
  const writeOverflow = (): void => {
    const more = level + 1 - most;
    if (more > 0) drawn.push(svg('text', { class: 'more', x: last, y: overflow, 'text-anchor': 'middle' }, `+${more}`));
  };
  for (const stop of stops) {
    const at = x(stop.time);
    if (at - last < spread) level += 1;
    else {
      writeOverflow();
      level = 0;
      last = at;
    }
    if (level < most) drawn.push(draw(last, level, stop));
  }
  writeOverflow();
  return drawn;
}
