import { Draft, type DraftRun } from "../draft/draft.ts";
import { planDraft } from "../draft/planDraft.ts";
import { axisKey } from "../draft/settleDraft.ts";
import { storeDraft } from "../draft/storeDraft.ts";
import type { ImportKind, ImportWork } from "../importKind.ts";
import { readValue } from "../tables/readCell.ts";
import { readEvents } from "../tensorboard/readEvents.ts";
import { beginsLikeRecords } from "../tensorboard/readRecords.ts";
import { baseName, headOf, type UploadedFile } from "../uploadedFile.ts";

/** Event files of TensorBoard: each folder is a run. */
export const tensorboardKind: ImportKind = {
  kind: "tensorboard",
  title: "event files of TensorBoard",

  async detect(files) {
    const isOne = async (file: UploadedFile) =>
      baseName(file.name).includes("tfevents") || beginsLikeRecords(await headOf(file, 12));
    return (await Promise.all(files.map(isOne))).every(Boolean) ? "sure" : "no";
  },

  plan: async (work) => planDraft(work, await readTensorBoard(work), null),
  carryOut: async (work) => storeDraft(work, await readTensorBoard(work)),
};

/** The runs of event files. @throws Failure INVALID for what is damaged */
export async function readTensorBoard({ files }: Pick<ImportWork, "files">): Promise<Draft> {
  const folders = folderNames(files);
  const draft = new Draft("tensorboard", folders.root);
  // A training that began again wrote another file, whose values count where both have a step.
  const inOrder = [...files].sort((a, b) => timeOf(a) - timeOf(b) || (a.name < b.name ? -1 : 1));
  for (const file of inOrder) {
    const folder = folderOf(file.name);
    const run = draft.run(folder, folders.shown(folder));
    for (const [key, value] of pairsIn(folders.shown(folder))) if (!run.values.has(key)) run.values.set(key, value);
    await readEvents(file, run, draft);
  }
  draft.joinRuns(joinHParams(draft));
  return draft;
}

const folderOf = (name: string): string => name.split(/[/\\]/).slice(0, -1).join("/");

/** When a file was begun, as its name has it: events.out.tfevents.1700000000.host. */
const timeOf = ({ name }: UploadedFile): number => Number(/tfevents\.(\d+)/.exec(baseName(name))?.[1] ?? 0);

/** Names of runs: their folders, without those that all of them are in. */
function folderNames(files: readonly UploadedFile[]) {
  const folders = files.map(({ name }) => folderOf(name).split("/"));
  let common = 0;
  const [first = []] = folders;
  while (common < first.length && folders.every((parts) => parts[common] === first[common])) common++;
  const root = first[common - 1] || baseName(files[0]!.name);
  const shown = (folder: string) => folder.split("/").slice(common).join("/") || root;
  return { root, shown };
}

/** What a name says of a config: "lr=0.1,depth=4", "width=64_seed=0/run". */
function* pairsIn(name: string) {
  for (const [, key, text] of name.matchAll(/([A-Za-z][\w.]*?)=([^=,/;&\s]+?)(?=_+[A-Za-z][\w.]*=|[,/;&\s]|$)/g)) {
    const axis = axisKey(key!);
    const value = readValue(text!, ",");
    if (axis !== null && value !== null) yield [axis, value] as const;
  }
}

/**
 * PyTorch writes the hparams of a run into a folder of their own below it, called like the time: such a folder, where it is the only
 * one with hparams below a run that has none, is part of that run.
 */
function joinHParams(draft: Draft): [part: string, whole: string][] {
  const below = new Map<string, string[]>();
  for (const id of draft.ids)
    if (/(^|\/)\d{9,}\.\d+$/.test(id)) {
      const whole = id.split("/").slice(0, -1).join("/");
      below.set(whole, [...(below.get(whole) ?? []), id]);
    }
  const hasScalars = (run: DraftRun | undefined) => run !== undefined && run.series.size > 0;
  return [...below].flatMap(([whole, [part, ...others]]) =>
    part !== undefined && others.length === 0 && hasScalars(draft.find(whole)) ? [[part, whole] as [string, string]] : [],
  );
}
