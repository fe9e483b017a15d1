import { Failure } from "../../../../contract/failure.ts";
import { limits } from "../../../../contract/limits.ts";
import { type ImportPlan, importLimits, type PlannedLayer } from "../../../../contract/wire/imports.ts";
import { storableText } from "../../../../contract/wireText.ts";
import { measuredClasses } from "../../../imports/features/measureSet.ts";
import type { FeatureRun, ReadRuns } from "../../../imports/features/readRuns.ts";
import { typeNames } from "../../../imports/formats/numberType.ts";
import { shapeText } from "../../../imports/formats/storedArray.ts";
import type { ImportWork } from "../importKind.ts";
import { withFeatures } from "./withFeatures.ts";

type Plan = Omit<ImportPlan, "kind" | "kinds">;
type Problem = Plan["problems"][number];

/** Labels that are read to say of how many classes they are. */
const readSamples = 5_000_000;

/** What files of features would make. */
export const planFeatures = (work: ImportWork): Promise<Plan> =>
  withFeatures(work, async (read) => {
    const { runs, arrays } = read;
    const problems: Problem[] = read.problems.map((message) => ({ level: runs.length === 0 ? "error" : "warning", message }));
    const layers = await planLayers(runs, problems);
    const notes = [...new Set(runs.flatMap((run) => run.notes))].map((message): Problem => ({ level: "warning", message }));
    const keys = [...new Set(runs.flatMap(({ values }) => Object.keys(values)))];
    const used = rolesOf(runs);
    return {
      study: { name: studyName(work, read), existing: null },
      counts: {
        runs: runs.length,
        present: 0,
        series: layers.length,
        points: layers.reduce((sum, { measurements }) => sum + measurements, 0),
      },
      axes: keys.map((key) => {
        const values = [...new Set(runs.flatMap((run) => run.values[key] ?? []))];
        return { key, different: values.length, examples: values.slice(0, 8) };
      }),
      series: [],
      runs: runs.slice(0, importLimits.shownRuns).map(({ name, values, sets }) => ({
        ...{ name, values, present: false },
        ...{ series: new Set(sets.flatMap((set) => set.layers.map((layer) => `${set.split} ${layer.name}`))).size },
        ...{ points: sets.reduce((sum, set) => sum + set.layers.length, 0) },
        ...{ firstStep: sets[0]?.step ?? null, lastStep: sets.at(-1)?.step ?? null },
      })),
      problems: [...problems, ...missing(runs), ...notes].slice(0, importLimits.shownProblems),
      columns: null,
      features: {
        arrays: arrays.slice(0, importLimits.shownArrays).map(({ ref, array }) => ({
          ...{ array: ref, form: `${shapeText(array.shape)} ${typeNames[array.type]}`, role: used.get(ref) ?? null },
        })),
        layers,
      },
      archive: null,
    };
  });

/** What the experiment is called unless a person says otherwise. */
export function studyName({ choices, files }: Pick<ImportWork, "choices" | "files">, { folder }: ReadRuns): string {
  const first =
    files[0]?.name
      .split("/")
      .at(-1)
      ?.replace(/\.[^.]*$/, "") ?? "";
  const own = folder.split("/").at(-1) || (files.length === 1 ? first : "");
  return choices.study ?? (storableText(own, limits.nameLength).trim() || "Imported features");
}

function rolesOf(runs: readonly FeatureRun[]) {
  const roles = new Map<string, "features" | "labels" | "weights" | "bias">();
  for (const { sets } of runs)
    for (const { layers, labelsRef, head } of sets) {
      for (const { ref } of layers) roles.set(ref, "features");
      roles.set(labelsRef, "labels");
      if (head) roles.set(head.weightsRef, "weights");
      if (head?.biasRef) roles.set(head.biasRef, "bias");
    }
  return roles;
}

async function planLayers(runs: readonly FeatureRun[], problems: Problem[]): Promise<PlannedLayer[]> {
  const planned = new Map<string, PlannedLayer>();
  const put = (list: number[], value: number) => {
    if (!list.includes(value) && list.length < 8) list.push(value);
  };
  let room = readSamples;
  for (const { sets } of runs) {
    const seen = new Set<string>();
    for (const set of sets) {
      let classes: number | null = null;
      room -= set.layers[0]?.samples ?? 0;
      try {
        if (room >= 0) classes = await measuredClasses(set);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        problems.push({ level: "error", message: error.message });
      }
      for (const [at, { name, samples, dim }] of set.layers.entries()) {
        const key = `${set.split} ${name}`;
        const layer = planned.get(key) ?? {
          ...{ layer: name, split: set.split, runs: 0, measurements: 0 },
          ...{ samples: [], dims: [], classes: [], classifiers: 0 },
        };
        planned.set(key, layer);
        if (!seen.has(key)) layer.runs++;
        seen.add(key);
        layer.measurements++;
        put(layer.samples, samples);
        put(layer.dims, dim);
        if (classes !== null) put(layer.classes, classes);
        if (set.head && at === set.layers.length - 1) layer.classifiers++;
      }
    }
  }
  return [...planned.values()];
}

/** What cannot be measured of them. */
function missing(runs: readonly FeatureRun[]): Problem[] {
  const sets = runs.flatMap((run) => run.sets);
  const warn = (isSo: boolean, message: string): Problem[] => (isSo ? [{ level: "warning", message }] : []);
  return [
    ...warn(
      sets.length > 0 && sets.every(({ head }) => head === null),
      "There is no classifier W: nc3, nc2 of the classifier and nc4 against predictions are not measured.",
    ),
    ...warn(
      sets.some(({ head }) => head !== null) && sets.some(({ head }) => head === null),
      "Some steps have no classifier W: nc3, nc2 of the classifier and nc4 against predictions are not measured there.",
    ),
    ...warn(
      sets.some((set) => set.split === "test" && !sets.some((other) => other.split === "train" && other.step === set.step)),
      "Some test sets have no training set of the same step: nc4 is not measured there.",
    ),
  ];
}
