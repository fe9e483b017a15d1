/** The course of a positive number on a log axis, a few millimetres high; values ≤ 0 are left out. */
export function Sparkline({ values, width = 72, height = 20 }: { values: readonly number[]; width?: number; height?: number }) {
  const points = values.flatMap((value, index) =>
    value > 0 && Number.isFinite(value) ? [[index, Math.log10(value)] as const] : [],
  );
  const last = points.at(-1);
  if (last === undefined || points.length < 2) return <svg aria-hidden="true" width={width} height={height} />;
  const heights = points.map(([, y]) => y);
  const low = Math.min(...heights);
  // A course within a hundredth of a decade is a level line, not noise blown up to the full height.
  const span = Math.max(Math.max(...heights) - low, 0.01);
  const x = (index: number) => 1.5 + (index / (values.length - 1)) * (width - 5);
  const y = (value: number) => height - 2.5 - ((value - low) / span) * (height - 5);
  return (
    <svg aria-hidden="true" width={width} height={height} className="shrink-0 overflow-visible">
      <polyline
        points={points.map(([index, value]) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}
        fill="none"
        stroke="var(--ink-faint)"
        strokeWidth="1.2"
        strokeLinejoin="round"
      />
      <circle cx={x(last[0])} cy={y(last[1])} r="1.8" fill="var(--ink)" />
    </svg>
  );
}
