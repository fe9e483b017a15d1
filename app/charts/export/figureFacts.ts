import type { CsvFacts } from "../../../contract/csv.ts";
import { definitionText } from "../../../contract/metrics/metricDefinitions.ts";
import { type AnyMetric, isMetric, metricInfo } from "../../../contract/metrics/metricInfo.ts";

/** Of what study or run a page's figures are, and what is to be known of it: experiment, program, config, seeds, data. */
export interface FigureSource {
  /** Leads the files' names. */
  name: string;
  facts: CsvFacts;
}

/** The metric of "train/nc1.ratio@last"; null of what the program does not know. */
export function metricOf(measure: string | undefined): AnyMetric | null {
  const id = (measure ?? "")
    .replace(/^(train|test|other)\//, "")
    .replace(/:[*\d]+$/, "")
    .replace(/@\w+$/, "");
  return isMetric(id) ? id : null;
}

/** What a metric is: "train/nc1.ratio" with its formula, ideal, unit and source; of one that the program does not know, its name. */
export function metricFact(measure: string): CsvFacts[number] {
  const id = metricOf(measure);
  return [`metric ${measure}`, id ? definitionText(metricInfo[id]) : "logged by the run's own program"];
}

/** What stands in the head of every file of a figure, whatever its format. */
export function figureFacts(
  { facts }: FigureSource,
  figure: { title: string; notes: readonly string[]; facts?: CsvFacts },
  measures: readonly string[],
  now = new Date(),
): CsvFacts {
  const all: CsvFacts = [
    ["figure", figure.title],
    ...facts,
    ...measures.map(metricFact),
    ...(figure.facts ?? []),
    ...figure.notes.map((note) => ["note", note] as const),
    ["exported", now.toISOString()],
  ];
  return all.filter(([name, value], at) => all.findIndex((one) => one[0] === name && one[1] === value) === at);
}

/** The lines of a head as one comment each, after a sign; nothing in them can end a comment. */
export const commentLines = (facts: CsvFacts, sign: string): string[] =>
  facts.map(([name, value]) =>
    `${sign} ${name}: ${value}`
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
      .replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, " ")
      .trimEnd(),
  );
