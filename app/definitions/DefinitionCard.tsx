"use client";
import type { ReactNode } from "react";
import { classes } from "../ui/classes.ts";
import { Formula } from "../ui/Formula.tsx";
import type { definitionGroups } from "./definitionGroups.ts";
import { floorTex, idealText, sourceParts, splitText, theoryTex, whenText, whereText } from "./definitionGroups.ts";

type Definition = ReturnType<typeof definitionGroups>[number]["definitions"][number];

/** One metric: its formula, what it should be, where it is measured and who defined it. Its id is its anchor. */
export function DefinitionCard({ definition }: { definition: Definition }) {
  const { id, label, tex, overLayers, unit, orthogonalOnly, needsHead } = definition;
  const floor = floorTex(definition);
  const theory = theoryTex(definition);
  const facts: [string, ReactNode][] = [
    ["Ideal", idealText(definition)],
    ["Measured", [whereText(definition), splitText(definition), whenText(definition)].join("; ")],
  ];
  if (overLayers !== null) facts.push(["Over layers", overLayers]);
  if (orthogonalOnly) facts.push(["Only", "where the optimal frame is orthogonal: squared error without a last bias"]);
  if (needsHead) facts.push(["Needs", "the classifier"]);
  if (floor !== null) facts.push(["Floor", <Formula key="floor" tex={floor} />]);
  if (theory !== null) facts.push(["Theory", <Formula key="theory" tex={theory} />]);
  if (unit !== "1") facts.push(["Unit", unit]);
  return (
    <article
      id={id}
      aria-labelledby={`${id}-name`}
      className="min-w-0 scroll-mt-16 rounded-lg border border-line bg-surface target:border-accent target:ring-1 target:ring-accent"
    >
      <header className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-4 pt-3">
        <h3 id={`${id}-name`} className="font-semibold text-sm">
          {label}
        </h3>
        <a
          href={`#${id}`}
          title="Link to this definition"
          className="wrap-anywhere font-mono text-2xs text-ink-faint hover:text-accent hover:underline"
        >
          {id}
        </a>
      </header>
      <div className="overflow-x-auto px-4 py-1.5" data-testid="definition-formula">
        <Formula display tex={tex} />
      </div>
      <dl className="grid grid-cols-[84px_minmax(0,1fr)] gap-x-3 gap-y-1 border-line border-t px-4 py-2.5 text-xs">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-faint">{name}</dt>
            <dd className="min-w-0 break-words text-ink-soft">{value}</dd>
          </div>
        ))}
        <div className="contents">
          <dt className="text-ink-faint">Source</dt>
          <dd className="min-w-0 break-words text-ink-soft">
            <Source text={definition.source} />
          </dd>
        </div>
      </dl>
    </article>
  );
}

function Source({ text }: { text: string }) {
  return sourceParts(text).map(({ text: part, href }) =>
    href === null ? (
      part
    ) : (
      <a key={part} href={href} rel="noreferrer" target="_blank" className={classes("text-accent hover:underline")}>
        {part}
      </a>
    ),
  );
}
