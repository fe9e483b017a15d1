import { z } from "zod";
import type { GeometrySnapshot } from "./runEvents.ts";
import type { ExperimentSummary, LogLine, RunChange } from "./views.ts";

/** Socket.IO namespace of the pages. */
export const watchNamespace = "/watch";

/** The handshake's auth: a share token lowers the reader to one experiment, read-only. */
export const watchAuth = z.strictObject({ share: z.string().max(200).optional() });

/** page → server "watch": join a room; answered once joined, so that the page reads the series after that. */
export const watchRequest = z.discriminatedUnion("room", [
  z.strictObject({ room: z.literal("experiment"), id: z.uuid() }),
  z.strictObject({ room: z.literal("run"), id: z.uuid() }),
  z.strictObject({ room: z.literal("experiments") }),
  z.strictObject({ room: z.literal("workers") }),
]);
export type WatchRequest = z.infer<typeof watchRequest>;
export type WatchAnswer = { ok: true } | { ok: false; code: string; message: string };

/** Room experiment:<id> gets points, runs and geometry; room run:<id> also its log lines; the two lists get hints to read again. */
export type WatchItem =
  | {
      kind: "points";
      runId: string;
      attempt: number;
      step: number /** the worker's clock at the measurement, ms */;
      measuredAt: number;
      values: Record<string, number>;
    }
  | { kind: "attempt"; runId: string; attempt: number; resumedFromStep: number; device?: string }
  | { kind: "run"; row: RunChange }
  | { kind: "progress"; runId: string; step: number; stepMs: number | null; at: number }
  | { kind: "geometry"; runId: string; attempt: number; snapshot: GeometrySnapshot }
  | { kind: "log"; runId: string; line: LogLine }
  | { kind: "experiment"; summary: ExperimentSummary }
  /** The experiment was deleted, or brought back; with `runId` that run of it, told to those who watch the run. */
  | { kind: "removed" | "restored"; experimentId: string; runId?: string }
  | { kind: "changed"; list: "experiments" | "workers" };

/** server → page "batch": everything of 50–100 ms; `sentAt` is the server's clock, ms. */
export type WatchBatch = { sentAt: number; items: WatchItem[] };

export type PageToServer = {
  watch: (message: unknown, answer: (reply: WatchAnswer) => void) => void;
  unwatch: (message: unknown) => void;
};
export type ServerToPage = {
  batch: (batch: WatchBatch) => void;
  /** Why what is shown is not the latest: the database is away or full. null = it is again. */
  trouble: (message: string | null) => void;
  /** Something may have been missed: what is shown is to be read again. */
  missed: () => void;
};
