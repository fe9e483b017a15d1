import { classLabel } from "../../../../contract/data/classNames.ts";
import type { GeometrySnapshot } from "../../../../contract/wire/runEvents.ts";
import type { MapsFigure } from "../../../charts/export/figure.ts";
import { cosineFacts } from "../metrics/panelFacts.ts";

/** The Gram matrices of one run at one step beside their ideal. @param idealCosines [K, K] */
export function gramFigure(
  { classes, meansGram, headGram, step }: GeometrySnapshot,
  ideal: "simplex" | "orthogonal",
  idealCosines: readonly number[],
  classNames: readonly string[] | undefined,
  of: string,
): MapsFigure {
  const names = Array.from({ length: classes }, (_, label) => classLabel(classNames, label));
  const map = (title: string, cosines: readonly number[]) => ({ title, names, cosines, deviations: null, count: 1 });
  return {
    kind: "maps",
    title: `Gram matrices of the last layer, ${of}, step ${step}`,
    panelId: "gram",
    notes: ["cosines between different vectors of the last layer"],
    facts: cosineFacts,
    maps: [
      map("class means", meansGram),
      ...(headGram.length > 0 ? [map("classifier rows", headGram)] : []),
      map(`ideal ${ideal === "simplex" ? "simplex" : "frame"}`, idealCosines),
    ],
  };
}
