import type { Optimum } from "../../math/optimum/optimum.ts";
import { classes } from "../ui/classes.ts";
import { cosineRange, cosinesOf } from "./OptimumPictures.tsx";
import { steady } from "./steady.ts";

const geometryTexts: Record<Optimum["geometry"], string> = {
  simplex: "simplex",
  orthogonal: "orthogonal frame",
  between: "between simplex and frame",
  zero: "zero",
  unequal: "unequal angles",
};

const degrees = (cosine: number) => (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI;

function numberText(value: number | null): string {
  if (value === null) return "–";
  if (value === 0) return "0";
  return Math.abs(value) < 1e-4 ? value.toExponential(4) : value.toPrecision(7);
}

/** The optimum in numbers; faint while the one for the newest inputs is being searched for. */
export function OptimumNumbers({ optimum, searching }: { optimum: Optimum; searching: boolean }) {
  const cosines = cosinesOf(optimum);
  const range = cosines === null ? null : cosineRange(cosines);
  const angles = range === null ? null : ([degrees(range.high), degrees(range.low)] as const);
  const same = angles !== null && angles[1] - angles[0] < 0.005;
  const angleText =
    angles === null
      ? "–"
      : same
        ? `${angles[0].toFixed(2)}°`
        : `${angles[0].toFixed(angles[1] - angles[0] > 1 ? 1 : 2)}…${angles[1].toFixed(angles[1] - angles[0] > 1 ? 1 : 2)}°`;
  const numbers: [key: string, label: string, value: number | null, text?: string][] = [
    ["loss", "L*", optimum.loss],
    ["fit", "Fit", optimum.fit],
    ["ridge", "Ridge", optimum.ridge],
    ...(optimum.slack > 0 ? ([["slack", "Slack", optimum.slack]] as [string, string, number][]) : []),
    ["scale", "Scale s", optimum.scale],
    ["angle", "Angle between classes", angles?.[0] ?? null, angleText],
  ];
  // Unequal classes whose angles are alike are equal classes held to another frame.
  const geometry = optimum.geometry === "unequal" && same ? "between" : optimum.geometry;
  return (
    <dl
      className={classes(
        "grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line transition-opacity sm:grid-cols-3",
        numbers.length === 5 ? "xl:grid-cols-6" : "xl:grid-cols-7",
        searching && "opacity-50",
      )}
      aria-busy={searching}
    >
      {numbers.map(([key, label, value, shown]) => (
        <div key={key} className="bg-surface px-4 py-3">
          <dt className="text-ink-faint text-xs">{label}</dt>
          <dd
            className="mt-0.5 font-medium text-lg"
            data-testid={`optimum-${key}`}
            data-value={value === null ? "" : steady(value)}
          >
            {shown ?? numberText(value)}
          </dd>
        </div>
      ))}
      <div className={classes("bg-surface px-4 py-3", numbers.length === 6 && "col-span-2 sm:col-span-3 xl:col-span-1")}>
        <dt className="text-ink-faint text-xs">Geometry</dt>
        <dd className="mt-0.5 font-medium text-lg" data-testid="optimum-geometry" data-value={optimum.geometry}>
          {geometryTexts[geometry]}
        </dd>
      </div>
    </dl>
  );
}
