"use client";
import { classLabel } from "../../../contract/data/classNames.ts";
import { classCss } from "../model/geometry/classColour.ts";

const maxShown = 24;

/** Which colour is which class, by name; nothing where no names are known, as the numbers stand in the picture. */
export function ClassLegend({ classes, classNames }: { classes: number; classNames: readonly string[] | undefined }) {
  if (classNames === undefined) return null;
  return (
    <ul className="mt-1 flex flex-wrap gap-x-3 gap-y-0.5 text-2xs text-ink-soft" aria-label="Classes" data-testid="class-legend">
      {Array.from({ length: Math.min(classes, maxShown) }, (_, k) => (
        <li key={k} className="inline-flex max-w-40 items-center gap-1" title={`class ${k}: ${classLabel(classNames, k)}`}>
          <span aria-hidden="true" className="size-2 shrink-0 rounded-full" style={{ background: classCss(k) }} />
          <span className="truncate">{classLabel(classNames, k)}</span>
        </li>
      ))}
      {classes > maxShown && <li>and {classes - maxShown} more</li>}
    </ul>
  );
}
