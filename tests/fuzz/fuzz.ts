import { freePort } from "../support/processes/postgres.ts";
import { httpTarget } from "./http.ts";
import { ParserTarget } from "./parsers.ts";
import { procedureTarget } from "./procedures.ts";
import { Random } from "./random.ts";
import { ServerMemory } from "./serverMemory.ts";
import { socketTarget } from "./sockets.ts";
import { openStage, type Target } from "./stage.ts";

export interface FuzzReport {
  /** Answers by target and kind. */
  kinds: Map<string, number>;
  /** Processes that ended, errors of the program, and what the server said of lost promises. */
  crashes: string[];
  rejections: string[];
  /** Lines of stacks in the server's log. */
  stacks: string[];
  /** MB after garbage was collected: once all kinds of input were tried for a while, in the middle, and at the end. */
  memory: { when: string; server: number; heap: number; parsers: number }[];
}

/** Shares of the inputs. */
const shares = { procedures: 0.35, http: 0.25, sockets: 0.2, parsers: 0.2 };
/** The first inputs warm the server up. */
const warmUp = 0.2;

/** Tries seeded inputs on a real server and on the readers of files. The same seed and number make the same inputs. */
export async function fuzz(seed: string, inputs: number, say: (text: string) => void = () => {}): Promise<FuzzReport> {
  const inspectPort = await freePort();
  const stage = await openStage(inspectPort);
  const memory = await ServerMemory.connect(inspectPort);
  const parsers = new ParserTarget(seed);
  const targets: [Target, number][] = [
    [procedureTarget(stage), shares.procedures],
    [httpTarget(stage), shares.http],
    [socketTarget(stage), shares.sockets],
    [parsers, shares.parsers],
  ];
  const report: FuzzReport = { kinds: new Map(), crashes: [], rejections: [], stacks: [], memory: [] };
  const measure = async (when: string) => {
    // Connections that are closing hold memory for a moment.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const { resident, heap } = await memory.megabytes();
    report.memory.push({ when, server: resident, heap, parsers: await parsers.megabytes() });
  };
  let ended = false;
  stage.server.onExit((code) => {
    ended = true;
    report.crashes.push(`the server ended with ${code}`);
  });
  const tryPart = async (from: number, until: number) => {
    await Promise.all(
      targets.map(async ([target, share]) => {
        const [first, end] = [Math.round(from * inputs * share), Math.round(until * inputs * share)];
        const lane = async (number: number) => {
          for (let index = first + number; index < end && !ended; index += target.atOnce) {
            const told = await target
              .attempt(new Random(seed, target.name, index), number, index)
              .catch((error: Error) => `${error.message}: ${(error.cause as Error | undefined)?.message ?? ""}`);
            const kind = `${target.name}: ${told}`;
            if (told.startsWith("CRASH") || /(Type|Reference|Range|Assertion)Error/.test(told)) report.crashes.push(kind);
            report.kinds.set(kind, (report.kinds.get(kind) ?? 0) + 1);
          }
        };
        await Promise.all(Array.from({ length: target.atOnce }, (_, number) => lane(number)));
      }),
    );
    say(`${Math.round(until * inputs).toLocaleString("en")} inputs`);
  };
  const parts: [number, string | null][] = [
    [warmUp, "start"],
    [(1 + warmUp) / 2, "middle"],
    [1, "end"],
  ];
  let from = 0;
  for (const [until, when] of parts) {
    await tryPart(from, until);
    if (when !== null && !ended) await measure(when);
    from = until;
  }
  report.rejections = [...stage.server.output.matchAll(/^unexpected:.*/gm)].map(([line]) => line);
  report.stacks = [...stage.server.output.matchAll(/^.*\n\s+at .*/gm)].map(([lines]) => lines);
  memory.close();
  for (const [target] of targets) await target.close();
  stage.server.onExit(() => undefined);
  if (!ended) await stage.server.stop();
  return report;
}
