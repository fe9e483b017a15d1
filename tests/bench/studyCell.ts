/** One process of a study: trains the runs it is sent as a worker's process does, in packs where that pays, and answers with their last measurements. */
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { RunEvent, RunTimes } from "../../contract/wire/runEvents.ts";
import { executeRuns, type RunMember } from "../../workers/run/executeRuns.ts";
import type { PackAdvice } from "../../workers/run/messages.ts";

export type CellResult =
  | { values: Record<string, number>; elapsedMs: number; measuringMs: number; pack: number }
  | { failure: string };

/** Runs of one pack key. */
export interface CellQuestion {
  runs: { at: number; config: RunConfig }[];
  advice: PackAdvice | undefined;
}
export type CellAnswer =
  | { at: number; result: CellResult }
  /** All of them have ended; what was found of their packs, if that was timed. */
  | { best: PackAdvice["best"] };

process.on("message", async ({ runs, advice }: CellQuestion) => {
  let best: PackAdvice["best"] = null;
  const members = runs.map(({ at, config }) => memberOf(at, config));
  await executeRuns(members, advice, (message) => {
    if (message.type === "timed") best = message.best;
  });
  answer({ best });
});
process.on("disconnect", () => process.exit(0));

const answer = (message: CellAnswer) => process.send?.(message);

function memberOf(at: number, config: RunConfig): RunMember {
  let last: Extract<RunEvent, { kind: "measurement" }> | null = null;
  let finished: { elapsedMs: number; times: RunTimes } | null = null;
  let pack = 1;
  const member: RunMember = {
    runId: String(at),
    isOver: false,
    isTraining: false,
    open: () => ({
      runId: String(at),
      config,
      places: { folder: process.argv[2] || null, cache: process.argv[3] },
      device: config.device,
      threads: 1,
      emit(event) {
        if (event.kind === "measurement") last = event;
        if (event.kind === "started") pack = event.pack?.runs ?? 1;
        if (event.kind === "finished") finished = { elapsedMs: event.elapsedMs, times: event.times as RunTimes };
      },
      progress: () => {},
      resumeFrom: null,
      saveCheckpoint: () => {},
      interruption: () => null,
    }),
    async settle(error) {
      if (member.isOver) return;
      member.isOver = true;
      if (last && finished) {
        const { elapsedMs, times } = finished;
        answer({ at, result: { values: last.values, elapsedMs, measuringMs: times.measuringMs, pack } });
      } else answer({ at, result: { failure: error instanceof Error ? error.message : "no measurement" } });
    },
  };
  return member;
}
