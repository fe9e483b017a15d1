"use client";
interface LinesChoiceProps<Axis extends string> {
  /** Axes that vary, and those of them that make a line each. */
  axes: readonly Axis[];
  chosen: readonly Axis[];
  onChoose: (axes: Axis[]) => void;
  titleOf: (axis: Axis) => string;
}

/** "A line for each: □ architecture □ width". */
export function LinesChoice<Axis extends string>({ axes, chosen, onChoose, titleOf }: LinesChoiceProps<Axis>) {
  if (axes.length === 0) return null;
  const toggle = (axis: Axis) => onChoose(chosen.includes(axis) ? chosen.filter((one) => one !== axis) : [...chosen, axis]);
  return (
    <fieldset className="flex flex-wrap items-center gap-x-2 text-ink-soft text-xs">
      <legend className="sr-only">A line for each</legend>
      <span aria-hidden="true">a line for each</span>
      {axes.map((axis) => (
        <label key={axis} className="inline-flex min-h-6 items-center gap-1">
          <input type="checkbox" className="size-3.5" checked={chosen.includes(axis)} onChange={() => toggle(axis)} />
          {titleOf(axis)}
        </label>
      ))}
    </fieldset>
  );
}
