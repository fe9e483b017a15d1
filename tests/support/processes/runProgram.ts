import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { type RunEvent, type SpooledEvent, spooledEvent } from "../../../contract/wire/runEvents.ts";
import type { FromRun, PackAdvice, ToRun } from "../../../workers/run/messages.ts";
import { readSpool } from "../../../workers/spool/spool.ts";
import { until } from "../until.ts";

const program = new URL("../../../workers/run/main.ts", import.meta.url).pathname;
const node = new URL("../../../node_modules/.bin/node", import.meta.url).pathname;

/** A run's number as its id. */
export const runIdOf = (run: number): string => `00000000-0000-4000-8000-${String(run).padStart(12, "0")}`;

interface Given {
  attempt?: number;
  pack?: PackAdvice;
  /** Numbers of the runs; 1, 2, … by default. */
  runs?: number[];
  /** Hashes of the data that runs were trained on, by their numbers. */
  trainedOn?: Record<number, string>;
}

/** The real program of runs as the agent starts it, and what it has said; it works in a folder of the test. */
export class RunProgram {
  readonly child: ChildProcess;
  readonly heard: FromRun[] = [];
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
  private readonly folder: string;

  private constructor(folder: string, environment: Record<string, string>) {
    this.folder = folder;
    const env = { ...process.env, ...environment };
    this.child = fork(program, { execPath: node, stdio: ["ignore", "ignore", "ignore", "ipc"], env });
    this.child.on("message", (message) => this.heard.push(message as FromRun));
    this.exited = new Promise((resolve) => this.child.on("exit", (code, signal) => resolve({ code, signal })));
  }

  /** Ready for runs. */
  static async start(folder: string, environment: Record<string, string> = {}): Promise<RunProgram> {
    const started = new RunProgram(folder, environment);
    await until("it is ready", () => started.heard.some(({ type }) => type === "ready"));
    return started;
  }

  assign(configs: RunConfig[], { attempt = 1, pack, runs, trainedOn = {} }: Given = {}): void {
    this.send({
      type: "assign",
      runs: configs.map((config, at) => {
        const run = runs?.[at] ?? at + 1;
        return {
          assignment: {
            ...{ runId: runIdOf(run), attempt, lease: "x".repeat(20), config, experimentName: "test" },
            ...(trainedOn[run] && { trainedOn: { attempt: 1, hash: trainedOn[run] } }),
          },
          paths: {
            spool: this.spool(run, attempt),
            checkpoints: this.checkpoints(run),
            datasets: null,
            datasetCache: join(this.folder, "cache"),
          },
        };
      }),
      device: "cpu",
      threads: 1,
      ...(pack && { pack }),
    });
  }

  send(message: ToRun): void {
    this.child.send(message);
  }

  checkpoints(run: number): string {
    return join(this.folder, "checkpoints", String(run));
  }

  /** What a run has written, every event as the wire has it and numbered without a hole. */
  events(run = 1, attempt = 1): RunEvent[] {
    const path = this.spool(run, attempt);
    if (!existsSync(path)) return [];
    const all: SpooledEvent[] = [];
    for (let offset = 0; ; ) {
      const read = readSpool(path, offset);
      if (read.events.length === 0) break;
      all.push(...read.events);
      offset = read.offset;
    }
    all.forEach((event, at) => {
      expect(event.seq).toBe(at + 1);
      spooledEvent.parse(event);
    });
    return all.map(({ event }) => event);
  }

  private spool(run: number, attempt: number): string {
    return join(this.folder, "spool", `${runIdOf(run)}.${attempt}.jsonl`);
  }
}

export const ofKind = <Kind extends RunEvent["kind"]>(events: RunEvent[], kind: Kind) =>
  events.filter((event): event is Extract<RunEvent, { kind: Kind }> => event.kind === kind);

/** A curve without the clock's numbers. */
export const curve = (events: RunEvent[]) =>
  ofKind(events, "measurement").map(({ step, values }) => ({
    step,
    values: Object.fromEntries(Object.entries(values).filter(([key]) => !/stepMs|elapsedMs/.test(key))),
  }));
