import { measuringBudget } from "../../contract/metrics/measuringBudget.ts";
import { type MetricFacts, type MetricGroup, metricGroups } from "../../contract/metrics/metricFacts.ts";
import { type AnyMetric, allMetrics, metricInfo } from "../../contract/metrics/metricInfo.ts";

interface Definition extends MetricFacts {
  id: AnyMetric;
}

interface DefinitionGroup {
  /** Its anchor. */
  id: string;
  /** "NC1" and "within-class variability"; null where the heading has no short name. */
  mark: string | null;
  title: string;
  definitions: Definition[];
}

/** Definitions by their groups, of those in which each word is found: in names, ids, formulas or sources. */
export function definitionGroups(looked = ""): DefinitionGroup[] {
  const words = fold(looked).split(/\s+/).filter(Boolean);
  return (Object.entries(metricGroups) as [MetricGroup, string][]).flatMap(([group, heading]) => {
    const definitions = allMetrics
      .filter((id) => metricInfo[id].group === group)
      .map((id) => ({ id, ...metricInfo[id] }))
      .filter((one) => {
        const text = fold([one.id, one.label, heading, one.formula, one.source, whereText(one)].join(" "));
        return words.every((word) => text.includes(word));
      });
    if (definitions.length === 0) return [];
    const [mark, rest] = heading.split(": ") as [string, string?];
    return [{ id: anchorOfGroup(group), mark: rest ? mark : null, title: capital(rest ?? mark), definitions }];
  });
}

/** Some group is called like a metric, which has the anchor then. */
export const anchorOfGroup = (group: MetricGroup): string => (Object.hasOwn(metricInfo, group) ? `${group}-all` : group);

/** "papyan" finds "Súkeník" by "sukenik". */
const fold = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const ofLayers = { all: "every layer", last: "last layer", network: "network" } as const;

/** "every layer", "last layer, each class": what one number of a metric is of. */
export function whereText({ scope, layers }: MetricFacts): string {
  const where = ofLayers[layers ?? "network"];
  if (scope === "class") return `${where}, each class`;
  return scope === "spectrum" ? `${where}, each value of a spectrum` : where;
}

const found = {
  measurement: "with each measurement",
  survey: "at the steps of a survey, always at the last",
  process: "by the run's process",
  page: "computed by pages from what is stored",
} as const;

/** When it is found, and how often where it costs much. */
export function whenText({ by, cost, scope }: MetricFacts): string {
  if (cost === "second pass")
    return `${found[by]}; at fewer where it would take over ${measuringBudget.operations.toExponential(0).replace("e+", "e")} operations`;
  return scope === "class" ? "with each picture of the geometry, always at the last step" : found[by];
}

/** Of which samples it is. */
export function splitText({ test, by, scope, otherSet }: MetricFacts): string {
  if (otherSet) return "training set and a second set";
  if (by === "process") return "of the training as a whole";
  if (test === "last layer") return "training set; test set at the last layer";
  if (test === "everywhere") return "training set and test set";
  return scope === "network" && by === "page" ? "of the training as a whole" : "training set";
}

/** What it is at collapse, or at the optimum, and which way that lies. */
export function idealText({ ideal, direction }: MetricFacts): string {
  if (ideal === null) return direction === null ? "none: neither more nor less is a goal" : `none; ${direction} is better`;
  return `${ideal}${direction === null ? "" : `, ${direction} is better`}`;
}

/** Where the rounding of features decides: formulas of math/collapse/numericFloor.ts, with s = norms.spread and η² the features' relative squared error. */
const floors: Record<NonNullable<MetricFacts["floor"]>, string> = {
  scatter: "\\eta^2 s",
  pairs: "\\eta^2 s\\,\\tfrac{K-1}{2K}",
  pinv: "\\eta^2 s\\,\\tfrac{(K-1)^2}{Kd}",
  pinvsum: "\\eta^2 s\\,\\tfrac{(K-1)^2}{d}",
  means: "\\eta\\sqrt s",
  gram: "2\\,\\eta\\sqrt s",
  cosine: "\\eta^2/2",
};
export const floorTex = ({ floor }: MetricFacts): string | null => floor && floors[floor];

/** Between which slopes over depth theorems put it. */
export function theoryTex({ theory }: MetricFacts): string | null {
  if (theory === null) return null;
  const frame = { any: "", simplex: " (simplex frame)", orthogonal: " (orthogonal frame)" }[theory.frame];
  return `L^{${theory.slopes.map(half).join("}\\ldots L^{")}}${frame && `\\ \\text{${frame.trim()}}`}`;
}
const half = (slope: number) => (slope === -0.5 ? "-1/2" : slope === -0.25 ? "-1/4" : String(slope));

interface SourcePart {
  text: string;
  href: string | null;
}

/** A source in parts, those that are papers with the address of their preprint. */
export function sourceParts(source: string): SourcePart[] {
  return source.split(/(arXiv (?:math\/)?[\d.]*\d|bioRxiv \d+)/).flatMap((text): SourcePart[] => {
    if (text === "") return [];
    const [kind, number] = text.split(" ");
    if (kind === "arXiv" && number) return [{ text, href: `https://arxiv.org/abs/${number}` }];
    if (kind === "bioRxiv" && number) return [{ text, href: `https://doi.org/10.1101/${number}` }];
    return [{ text, href: null }];
  });
}
