import type { ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import { loggedMeasures, measureInfo } from "../../result/external/model/measures.ts";

/** More names than these are not listed. */
const maxListed = 20;

/** A value in Python's own notation. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, inner]) => `${literal(key)}: ${literal(inner)}`)
      .join(", ")}}`;
  return JSON.stringify(value) ?? "None";
}

/** The script that reports such a run through collapsar.py: its config and layers as they are known, what only its caller has as names. */
export function clientCall(study: string, run: ExternalRunRow): string {
  const { config, external, last } = run;
  const { values, layers, objective } = config;
  const indent = " ".repeat("with collapsar.run(".length);
  const stated = [
    "url, token",
    `study=${literal(study)}`,
    `config=${literal(values)}`,
    ...(objective === undefined ? [] : [`objective=${literal(objective)}`]),
    ...(external.classNames === undefined
      ? []
      : [`class_names=${external.classNames.length > maxListed ? "class_names" : literal(external.classNames)}`]),
  ];
  const keys = Object.keys(last);
  const logged = loggedMeasures([run]).map((measure) => measureInfo(measure).label);
  const hasHead = !external.unknown.includes("its classifier");
  const named = logged.map((name) => `${literal(name)}: ...`).slice(0, 4);
  const splits = (["train", "test"] as const).filter((split) => keys.some((key) => key.startsWith(`${split}/`)));
  const measures =
    external.passes === undefined ? [] : splits.map((split) => measure(external.source, split, layers ?? [], hasHead));
  return [
    "import collapsar",
    "",
    `with collapsar.run(${stated.join(`,\n${indent}`)}) as run:`,
    "    for step in steps:",
    "        ...  # train",
    ...(named.length === 0 ? [] : [`        run.log({${named.join(", ")}}, step=step)${andMore(logged.length - named.length)}`]),
    ...measures,
  ].join("\n");
}

const andMore = (more: number) => (more > 0 ? `  # and ${more} more` : "");

function measure(source: string, split: "train" | "test", layers: readonly string[], hasHead: boolean): string {
  const of = split === "train" ? "" : ', split="test"';
  if (source === "features")
    return `        run.features(H, y${hasHead ? ", W, b" : ""}, step=step, layer=${literal(layers.at(-1) ?? "features")}${of})`;
  const head = hasHead ? ", head=head" : "";
  return `        run.measure(model, ${split}_loader, layers=${literal(layers)}${head}, step=step${of})`;
}
