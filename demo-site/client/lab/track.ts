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
 * One lane's last minute, drawn as a line of a network map: arrivals are stops on the line, what was held or refused stands
 * below it, each at its time. Stops that would cover each other are stacked away from the line.
 */
export class Track {
  readonly #root: SVGSVGElement;
  #stops: Stop[] = [];
  #width = 0;

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

  /** Whether anything arrived within the minute. */
  get running(): boolean {
    return this.#stops.some((stop) => stop.what === 'arrived');
  }

  /** Whether nothing arrived within the minute because this page stopped it. */
  get closed(): boolean {
    return !this.running && this.#stops.length > 0;
  }

  /** Draws the minute that ends at `now` (milliseconds). */
  draw(now: number): void {
    if (this.#width === 0) return;
    this.#stops = this.#stops.filter((stop) => now - stop.time < span);
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
    const rail = svg('path', { class: this.running ? 'rail running' : 'rail', d: `M14 ${line}H${end}` });
    this.#root.setAttribute('viewBox', `0 0 ${this.#width} ${height}`);
    this.#root.replaceChildren(...ticks, rail, ...this.#above(x), ...this.#below(x));
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
  for (const stop of [...stops].sort((a, b) => a.time - b.time)) {
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
