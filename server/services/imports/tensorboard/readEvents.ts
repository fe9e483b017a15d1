import { externalLimits } from "../../../../contract/external/externalLimits.ts";
import { logKey } from "../../../../contract/metrics/seriesKey.ts";
import { storableText } from "../../../../contract/wireText.ts";
import type { Draft, DraftRun } from "../draft/draft.ts";
import { axisKey } from "../draft/settleDraft.ts";
import { counted, quoted, refuseFile } from "../refuse.ts";
import type { UploadedFile } from "../uploadedFile.ts";
import { decodeEvent, decodeHParams, type StoredEvent } from "./eventProto.ts";
import { readRecords } from "./readRecords.ts";
import { scalarOf } from "./scalarOf.ts";

const hparamsPlugin = "hparams";
/** Plugins whose tensors of one element are scalars. */
const scalarPlugins = ["", "scalars"];

/**
 * Adds an event file's scalars, and what its hparams say, to a run of a draft.
 * @throws Failure INVALID for what is damaged
 */
export async function readEvents(file: UploadedFile, run: DraftRun, draft: Draft): Promise<void> {
  const { problems } = draft;
  // A tag says what it is the first time only.
  const plugins = new Map<string, string>();
  let [records, cutAt] = [0, -1];
  for await (const { offset, data } of readRecords(file, (at) => {
    cutAt = at;
  })) {
    records++;
    let event: StoredEvent;
    try {
      event = decodeEvent(data);
    } catch {
      throw refuseFile(
        file.name,
        `, byte ${counted(offset)}: a record is no event of TensorBoard, though its checksum is right.`,
      );
    }
    noteTime(run, event.wallTime);
    for (const { tag = "", simpleValue, tensor, metadata } of event.summary?.value ?? []) {
      const { pluginName, content } = metadata?.pluginData ?? {};
      if (pluginName !== undefined) plugins.set(tag, pluginName);
      const plugin = plugins.get(tag) ?? "";
      if (plugin === hparamsPlugin) {
        if (content) readHParams(content, run);
        continue;
      }
      if (!scalarPlugins.includes(plugin)) continue;
      const value = simpleValue ?? (tensor ? scalarOf(tensor) : null);
      const key = value === null ? null : logKey(tag);
      if (value === null || key === null) continue;
      const step = event.step ?? 0;
      const place = () => `${file.name}, byte ${counted(offset)}, ${quoted(tag)}`;
      if (!Number.isInteger(step) || step < 0 || step > externalLimits.step)
        problems.errorOnce(
          `step ${file.name}`,
          () => `${place()}: the step is ${step}; it must be from 0 to ${counted(externalLimits.step)}.`,
        );
      else if (Number.isFinite(value)) draft.addPoint(run, key, step, value);
      else
        problems.count(
          "not finite",
          () => `${value} at step ${counted(step)} in ${place()}`,
          (count, first) => `Values that are NaN or infinite: ${count} (the first: ${first}). They become gaps.`,
        );
    }
  }
  if (cutAt < 0) return;
  if (records === 0)
    throw refuseFile(
      file.name,
      ` ends within its first record, at byte ${counted(file.bytes)}: it is no event file, or was cut off.`,
    );
  problems.warn(
    `${file.name} ends within a record, at byte ${counted(file.bytes)}, as where a training was stopped while it wrote: what is whole before byte ${counted(cutAt)} is read.`,
  );
}

function noteTime(run: DraftRun, seconds: number | undefined): void {
  if (seconds === undefined || !(seconds > 0 && seconds < 4e9)) return;
  const at = new Date(seconds * 1_000);
  if (run.startedAt === null || at < run.startedAt) run.startedAt = at;
  if (run.endedAt === null || at > run.endedAt) run.endedAt = at;
}

function readHParams(content: Buffer, run: DraftRun): void {
  let hparams: Record<string, { number?: number; text?: string; flag?: boolean }>;
  try {
    hparams = decodeHParams(content).sessionStart?.hparams ?? {};
  } catch {
    return; // a later version's: the scalars are there all the same
  }
  for (const [name, { number, text, flag }] of Object.entries(hparams)) {
    const key = axisKey(name);
    const value = number ?? flag ?? (text === undefined ? undefined : storableText(text, externalLimits.valueLength));
    if (key !== null && value !== undefined && (typeof value !== "number" || Number.isFinite(value))) run.values.set(key, value);
  }
}
