// Charts as SVG, drawn here: no script, no style attribute (the pages' CSP has neither), colours by class, so that light and dark are the
// style sheet's. A drawing stretches with its place; every word stands beside it as text, so that nothing shrinks on a telephone.

/** A part of a bar. `as` is its colour: good, bad, calm or warn. */
export interface Part {
  readonly as: 'good' | 'bad' | 'calm' | 'warn' | 'none';
  readonly value: number;
}

export const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${String(Math.round((100 * part) / whole))} %`);

/** A horizontal bar of parts; `whole` is what the full width stands for. The numbers are in the table around it. */
export function Bar({ parts, whole }: { parts: readonly Part[]; whole: number }) {
  let x = 0;
  return (
    <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bar-room" width="100" height="10" />
      {parts.map(({ as, value }) => {
        const width = whole === 0 ? 0 : (100 * value) / whole;
        const drawn = <rect class={`fill-${as}`} x={x.toFixed(3)} width={width.toFixed(3)} height="10" />;
        x += width;
        return drawn;
      })}
    </svg>
  );
}

/** A line of shares over time, 0 to 1; for a table's cell. Null is a time without a value. */
export function Spark({ shares, title }: { shares: readonly (number | null)[]; title: string }) {
  const step = shares.length > 1 ? 100 / (shares.length - 1) : 0;
  const points = shares.flatMap((share, i) => (share === null ? [] : [[shares.length > 1 ? i * step : 50, 19 - 18 * share] as const]));
  return (
    <svg class="spark" viewBox="0 0 100 20" preserveAspectRatio="none" role="img" aria-label={title}>
      <title>{title}</title>
      <path class="spark-floor" d="M0 19.5H100" />
      {points.length === 1 ? (
        <path class="spark-line" d={`M${(points[0]![0] - 3).toFixed(2)} ${points[0]![1].toFixed(2)}h6`} />
      ) : (
        <polyline class="spark-line" points={points.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(' ')} />
      )}
    </svg>
  );
}

export interface Column {
  readonly label: string;
  readonly parts: readonly Part[];
}

/** Columns over time, with the first and last label beneath and the scale beside. */
export function Columns({ id, title, desc, columns }: { id: string; title: string; desc: string; columns: readonly Column[] }) {
  const most = Math.max(1, ...columns.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
  const width = 100 / Math.max(columns.length, 1);
  return (
    <div class="columns">
      <span class="columns-most" aria-hidden="true">
        {most}
      </span>
      <svg class="columns-drawing" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-labelledby={`${id}-title ${id}-desc`}>
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-desc`}>{desc}</desc>
        <path class="grid" d="M0 .5H100M0 50H100" />
        {columns.map(({ parts }, i) => {
          let y = 100;
          return parts.map(({ as, value }) => {
            const height = (99 * value) / most;
            y -= height;
            return <rect class={`fill-${as}`} x={(i * width + width * 0.12).toFixed(3)} y={y.toFixed(3)} width={(width * 0.76).toFixed(3)} height={height.toFixed(3)} />;
          });
        })}
        <path class="floor" d="M0 99.5H100" />
      </svg>
      <span class="columns-labels" aria-hidden="true">
        <span>{columns[0]?.label}</span>
        {columns.length > 1 ? <span>{columns[columns.length - 1]?.label}</span> : null}
      </span>
    </div>
  );
}

/** What the colours mean. */
export function Legend({ items }: { items: readonly (readonly [as: Part['as'], text: string])[] }) {
  return (
    <ul class="legend">
      {items.map(([as, text]) => (
        <li>
          <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
            <rect class={`fill-${as}`} width="10" height="10" />
          </svg>
          {text}
        </li>
      ))}
    </ul>
  );
}
