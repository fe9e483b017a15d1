import { countOf } from "../../text/formatNumber.ts";
import { Button } from "../../ui/Button.tsx";
import { Select } from "../../ui/Field.tsx";
import { Segmented } from "../../ui/Segmented.tsx";

const smoothings = ["0", "0.5", "0.8", "0.9", "0.97"];

/** Says that runs are drawn which a person ticked. */
export function ChosenRuns({ count, onClear }: { count: number; onClear: () => void }) {
  return (
    <span className="inline-flex items-center gap-2 text-ink-soft text-xs">
      {countOf(count, "chosen run")}
      <Button small look="quiet" onClick={onClear}>
        clear
      </Button>
    </span>
  );
}

export function ScaleChoice({ logX, onLogX }: { logX: boolean; onLogX: (logX: boolean) => void }) {
  return (
    <Segmented
      label="Scale of the horizontal axis"
      options={[
        { value: "log", label: "log" },
        { value: "linear", label: "linear" },
      ]}
      value={logX ? "log" : "linear"}
      onChange={(value) => onLogX(value === "log")}
    />
  );
}

export function SmoothingChoice({ smoothing, onSmoothing }: { smoothing: number; onSmoothing: (smoothing: number) => void }) {
  return (
    <span className="inline-flex items-center gap-1.5 text-ink-soft text-xs">
      smoothing
      <Select
        aria-label="Smoothing"
        className="!h-7 !w-auto text-xs"
        options={smoothings.map((value) => ({ value, label: value }))}
        value={smoothings.includes(String(smoothing)) ? String(smoothing) : "0"}
        onChange={(value) => onSmoothing(Number(value))}
      />
    </span>
  );
}
