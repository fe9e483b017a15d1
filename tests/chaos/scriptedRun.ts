import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { type RunEvent, stoppedWithWorker } from "../../contract/wire/runEvents.ts";
import { newestCheckpoint, removeCheckpoints, writeCheckpoint } from "../../workers/checkpoints/checkpointFolder.ts";
import type { AssignedRun, FromRun, ToRun } from "../../workers/run/messages.ts";
import { openSpool } from "../../workers/spool/spool.ts";

/** Studies of this name compute nothing: they measure at every step, fast, for volume. */
export const scriptedName = "scripted";

const keys = ["train/loss", "train/accuracy", "train/nc1.ratio@1", "train/nc1.ratio@2"];
const stepsPerPause = 4;
const pauseMs = 8;
const checkpointEvery = 400;

/** What a scripted run measures at a step: it follows from the seed. */
export function scriptedValues(seed: number, step: number): Record<string, number> {
  const bytes = createHash("sha256").update(`${seed} ${step}`).digest();
  return Object.fromEntries(keys.map((key, index) => [key, bytes.readUInt32LE(4 * index) / 2 ** 32]));
}

const send = (message: FromRun) => {
  if (process.connected) process.send?.(message, () => {});
};

/** Goes through runs with the spools and the checkpoints of the real ones, side by side. */
export async function scriptedRuns(given: AssignedRun[]): Promise<void> {
  let left = given.length;
  await Promise.all(
    given.map(async (each) => {
      await scriptedRun(each);
      if (--left > 0) send({ type: "left", runId: each.assignment.runId });
    }),
  );
  process.exit(0);
}

async function scriptedRun({ assignment, paths }: AssignedRun): Promise<void> {
  const { config, runId } = assignment;
  const total = config.training.steps;
  const wish: { asked: "cancel" | "suspend" | "drop" | null } = { asked: null };
  let storedStep: number | null = null;
  process.on("message", (message: ToRun) => {
    if ("runId" in message && message.runId !== undefined && message.runId !== runId) return;
    if (message.type === "cancel" || message.type === "suspend" || message.type === "drop") wish.asked ??= message.type;
    if (message.type === "keep") storedStep = message.checkpointStep;
  });
  for (const event of ["disconnect", "SIGTERM", "SIGINT"]) process.on(event, () => (wish.asked ??= "suspend"));
  const spool = openSpool(paths.spool);
  const emit = (event: RunEvent) => send({ type: "spooled", runId, seq: spool.append(event) });
  const json = JSON.stringify(config);
  const words: string[] = [];
  let step = newestCheckpoint(paths.checkpoints, json, (text) => words.push(text))?.step ?? 0;
  const save = () => {
    spool.sync();
    const checkpoint = { step, elapsedMs: 0, config: json, state: { parameters: Float32Array.of(step) }, frame: null };
    emit({ kind: "checkpoint", step, ...writeCheckpoint(paths.checkpoints, checkpoint, { storedStep }) });
  };
  const measure = () => emit({ kind: "measurement", step, values: scriptedValues(config.seed, step), missing: {} });

  emit(start(config, step));
  for (const text of words) emit({ kind: "log", level: "warning", text });
  if (step === 0) measure();
  while (step < total && wish.asked !== "drop") {
    step++;
    measure();
    if (wish.asked === "cancel") {
      emit({ kind: "ended", code: "CANCELLED", message: "cancelled", step });
      return spool.close();
    }
    if (wish.asked === "suspend") {
      save();
      emit({ kind: "ended", ...stoppedWithWorker, step });
      return spool.close();
    }
    if (step % checkpointEvery === 0 && step < total) save();
    if (step % stepsPerPause === 0) {
      send({ type: "progress", runId, step, stepMs: pauseMs / stepsPerPause });
      await sleep(pauseMs);
    }
  }
  if (wish.asked !== "drop") {
    emit({ kind: "finished", step, elapsedMs: 0 });
    removeCheckpoints(paths.checkpoints);
  }
  spool.close();
}

function start(config: RunConfig, resumedFromStep: number): RunEvent {
  return {
    kind: "started",
    totalSteps: config.training.steps,
    resumedFromStep,
    device: { choice: "auto", device: "none", engine: "none", provider: "none", reason: "a scripted run computes nothing" },
    dataset: {
      ...{ id: "gaussian-clusters", source: "none", hash: "0", classes: 2, inputDimension: 1 },
      ...{ trainCounts: [1, 1], testCounts: [1, 1] },
    },
    parameters: 0,
    optimum: { method: "none", reason: "nothing is trained", loss: null, fit: null, ridge: null, scale: null, geometry: null },
    versions: {},
  };
}
