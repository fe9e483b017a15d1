import { Failure } from "../../../contract/failure.ts";
import type { Scratch } from "../formats/scratch.ts";
import { counted } from "../formats/unreadable.ts";
import { type Assembled, assemble, type RoleChoices } from "./assemble.ts";
import { featureLimits } from "./featureLimits.ts";
import { type NamedArray, type NamedFile, nameArrays } from "./namedArray.ts";
import { readFile } from "./readFile.ts";

/** A file on this machine's disk, and how it was called where it comes from, with its folders. */
export interface FeatureFile {
  name: string;
  path: string;
}

export interface FeatureChoices {
  roles: RoleChoices;
  /** Of features without a step in their names. */
  step: number | null;
  /** Of arrays without a split in their names; else they are of the training set. */
  split?: "train" | "test" | undefined;
  /** Of .csv. */
  labelColumn?: string | undefined;
  /** Whether a folder that all files are in tells their run too: where further files may come. */
  keepFolders?: boolean;
  /** Whether steps before one that lacks something, such as its labels, are read without it. */
  mayGrow?: boolean;
}

/** What files of one run hold. */
export interface FeatureRun extends Assembled {
  name: string;
  /** What tells it from the others. */
  values: Record<string, number | string>;
  files: string[];
  classNames: string[] | null;
}

export interface ReadRuns {
  runs: FeatureRun[];
  /** Folder that all files are in; "" if they share none. */
  folder: string;
  arrays: NamedArray[];
  /** Why files or runs cannot be read, each in a sentence. */
  problems: string[];
}

/**
 * The runs that files of features are of: those in one folder with the same values in their names (depth=18, seed_0) belong together.
 * Nothing but what describes the arrays is read, but for .csv. What is open ends with the scratch.
 */
export async function readRuns(files: readonly FeatureFile[], scratch: Scratch, choices: FeatureChoices): Promise<ReadRuns> {
  if (files.length > featureLimits.files)
    throw new Failure(
      "INVALID",
      `${counted(files.length)} files are too many: at most ${counted(featureLimits.files)} are read at once.`,
    );
  const folder = choices.keepFolders ? "" : commonFolder(files.map(({ name }) => name));
  const problems: string[] = [];
  const named: NamedFile[] = [];
  let count = 0;
  for (const { name, path } of files) {
    try {
      const one = nameArrays(
        folder === "" ? name : name.slice(folder.length + 1),
        await readFile(path, name, scratch, choices.labelColumn),
      );
      for (const array of one.arrays) array.split ??= choices.split ?? null;
      count += one.arrays.length;
      if (count > featureLimits.arrays)
        throw new Failure(
          "INVALID",
          `${name} and the files before it have more than ${counted(featureLimits.arrays)} arrays, the limit.`,
        );
      named.push(one);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "INVALID") throw error;
      problems.push(error.message);
    }
  }
  const arrays = named.flatMap((file) => file.arrays);
  const runs: FeatureRun[] = [];
  const groups = groupFiles(named, choices.roles);
  for (const group of groups) {
    const { folder: own, values } = group.run;
    const wrong: string[] = [];
    try {
      const all = { ...values, ...(own !== "" && (groups.length > 1 || choices.keepFolders) && { run: own }) };
      const found = assemble(group.arrays, choices.roles, choices.step, choices.mayGrow ? wrong : undefined);
      runs.push({
        ...found,
        name: nameOf(all, own),
        values: all,
        files: [...new Set(group.arrays.map(({ file }) => file))],
        classNames: group.classNames,
      });
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "INVALID") throw error;
      wrong.push(error.message);
    }
    problems.push(...wrong.map((message) => (groups.length > 1 ? `${nameOf(values, own)}: ${message}` : message)));
  }
  return { runs, folder, arrays, problems };
}

const nameOf = (values: FeatureRun["values"], folder: string): string =>
  Object.keys(values).length > 0 ? valuesText(values) : folder || "run";

/** As messages and pages name a run. */
export const valuesText = (values: FeatureRun["values"]): string =>
  Object.entries(values)
    .map(([key, value]) => (key === "run" ? String(value) : `${key} ${value}`))
    .join(", ");

/** Values in the order of their keys: what is made of them is the same for the same values. */
export const inKeyOrder = (values: FeatureRun["values"]): [key: string, value: number | string][] =>
  Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));

/** The folder that all names begin with. */
function commonFolder(names: readonly string[]): string {
  const [first = "", ...rest] = names;
  let parts = first.split("/").slice(0, -1);
  for (const name of rest) {
    const other = name.split("/").slice(0, -1);
    const end = parts.findIndex((part, at) => part !== other[at]);
    if (end >= 0) parts = parts.slice(0, end);
  }
  return parts.join("/");
}

/** Files by their runs. Labels and classifiers that lie apart from all features belong to every run below them. */
function groupFiles(files: readonly NamedFile[], roles: RoleChoices): NamedFile[] {
  const groups = new Map<string, NamedFile>();
  for (const { run, arrays, classNames } of files) {
    const key = JSON.stringify([run.folder, inKeyOrder(run.values)]);
    const group = groups.get(key) ?? { run, arrays: [], classNames: null };
    groups.set(key, { run, arrays: [...group.arrays, ...arrays], classNames: group.classNames ?? classNames });
  }
  const roleOf = (one: NamedArray) => roles.get(one.ref) ?? one.role;
  const hasFeatures = ({ arrays }: NamedFile) =>
    arrays.some((one) => one.array.shape.length >= 2 && !["weights", "labels", "ignored"].includes(roleOf(one) ?? ""));
  const all = [...groups.values()];
  const [whole, shared] = [all.filter(hasFeatures), all.filter((one) => !hasFeatures(one))];
  if (whole.length === 0) return all;
  return whole.map((group) => ({
    ...group,
    arrays: [...group.arrays, ...shared.filter((one) => isAbove(one, group)).flatMap(({ arrays }) => arrays)],
  }));
}

const isAbove = ({ run: above }: NamedFile, { run }: NamedFile) =>
  (above.folder === "" || run.folder === above.folder || run.folder.startsWith(`${above.folder}/`)) &&
  Object.entries(above.values).every(([key, value]) => run.values[key] === value);
