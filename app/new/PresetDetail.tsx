import type { Preset } from "../../contract/presets.ts";
import { countOf } from "../text/formatNumber.ts";
import { Icon } from "../ui/Icon.tsx";

/** What the chosen preset asks, what was cut from the published protocol, and every choice with its reason. */
export function PresetDetail({ preset }: { preset: Preset }) {
  return (
    <div className="mt-3 max-w-4xl text-ink-soft text-sm" data-testid="preset-detail">
      <p>{preset.description}</p>
      {preset.cut && (
        <p className="mt-1">
          <span className="font-medium text-ink">Cut for tonight:</span> {preset.cut}
        </p>
      )}
      {preset.choices.length > 0 && (
        <details className="group mt-1">
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
