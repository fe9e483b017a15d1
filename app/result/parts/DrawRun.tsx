import type { LineStyle } from "../../charts/lineStyle.ts";
import { LineSwatch } from "../../charts/panel/ChartLegend.tsx";

interface DrawRunProps {
  /** Of the run, for those who do not see the table. */
  name: string;
  chosen: boolean;
  style: LineStyle;
  onToggle: () => void;
}

/** Whether a run is drawn in the training panels, and how its line looks. */
export function DrawRun({ name, chosen, style, onToggle }: DrawRunProps) {
  return (
    <label className="flex min-h-6 items-center gap-2">
      <input
        type="checkbox"
        className="size-3.5"
        checked={chosen}
        onChange={onToggle}
        aria-label={`Draw ${name} in the training panels`}
      />
      <LineSwatch style={style} />
    </label>
  );
}
