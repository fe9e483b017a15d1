import type { Preset } from "../../../contract/presets/preset.ts";
import { countOf } from "../../text/formatNumber.ts";
import { Icon } from "../../ui/Icon.tsx";
import { OpenRecording } from "./OpenRecording.tsx";

/** What was cut from the published protocol, and every choice with its reason. */
export function PresetDetail({ preset }: { preset: Preset }) {
  return (
    <div className="mt-2 max-w-4xl space-y-1 text-ink-soft text-sm" data-testid="preset-detail">
      {preset.cut && (
        <p>
          <span className="font-medium text-ink">Cut for tonight:</span> {preset.cut}
        </p>
      )}
      {preset.recorded && <OpenRecording preset={preset.id} />}
      {preset.choices.length > 0 && (
        <details className="group">
          <summary className="inline-flex list-none items-center gap-1.5 text-ink-faint text-xs hover:text-ink">
            <span className="transition-transform group-open:rotate-90">
              <Icon name="right" size={10} />
            </span>
            Choices and why ({countOf(preset.choices.length, "choice")})
          </summary>
          <ul className="mt-1.5 list-disc space-y-1 pl-5 text-xs marker:text-ink-faint">
            {preset.choices.map((choice) => (
              <li key={choice}>{choice}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
