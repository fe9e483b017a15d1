"use client";
import { classLabel } from "../../../contract/data/classNames.ts";
import { readable } from "../../text/shortNumber.ts";
import { GramHeatmap } from "../geometry/GramHeatmap.tsx";
import { withData } from "../model/grid/dataVersions.ts";
import { cosineText, gramKinds, halfBand, type LevelGeometry } from "../model/imbalance/imbalanceGeometry.ts";

const titles = { means: "class means", head: "head" } as const;

/** The Gram matrices of one level of imbalance, the mean over its seeds, with the smaller half framed. */
export function LevelMaps({ level, classNames }: { level: LevelGeometry; classNames: readonly string[] | undefined }) {
  const { imbalance, data, classes, of, labels, counts, grams, seeds } = level;
  const names = labels.map(
    (label, at) => `${classNames ? classLabel(classNames, label) : `class ${label}`} (${counts[at]} samples)`,
  );
  const optimum = seeds[0]?.run.optimum ?? null;
  const unfinished = seeds.some(({ run }) => run.status !== "finished");
  return (
    <figure className="min-w-0" data-testid="level-maps">
      <figcaption className="mb-1.5 text-xs">
        <span className="font-medium">{withData(imbalance === 1 ? "balanced" : `ratio ${imbalance}`, data)}</span>
        <span className="text-ink-faint">
          {" "}
          {counts[0]}…{counts.at(-1)} per class,{" "}
          {seeds.length === 1 ? `seed ${seeds[0]?.run.config.seed}` : `N = ${seeds.length}`}
          {classes < of && `, ${classes} of ${of} classes`}
          {unfinished && ", so far"}
        </span>
      </figcaption>
      <div className="flex gap-2">
        {gramKinds.map((kind) => (
          <GramHeatmap
            key={kind}
            title={titles[kind]}
            // May break before the ±, so that two notes do not run into each other.
            note={cosineText(halfBand(level, kind, "minority"))?.replace("± ", "±\u00a0")}
            cosines={grams[kind].mean}
            deviations={grams[kind].deviation}
            classes={classes}
            names={names}
            block={level.minority}
            plain
          />
        ))}
      </div>
      <p className="mt-1 text-2xs text-ink-faint">
        {optimum?.loss != null
          ? `L* = ${readable(optimum.loss)} ${optimum.method === "numeric" ? "(numeric optimum)" : "(closed form)"}`
          : `no L*${optimum ? `: ${optimum.reason}` : ""}`}
      </p>
    </figure>
  );
}
