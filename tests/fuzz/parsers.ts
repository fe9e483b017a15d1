import { type ChildProcess, fork } from "node:child_process";
import type { Target } from "./stage.ts";

const program = new URL("parserProcess.ts", import.meta.url);

interface Answer {
  told?: string;
  megabytes?: number;
  death?: string;
}

/** Tables, pickles, archives, pictures, checkpoints and spools, spoiled, read by a process that is started over if it dies. */
export class ParserTarget implements Target {
  readonly name = "parsers";
  readonly atOnce = 1;
  private readonly seed: string;
  private child: ChildProcess | null = null;

  constructor(seed: string) {
    this.seed = seed;
  }

  async attempt(_random: unknown, _lane: number, index: number): Promise<string> {
    const answer = await this.ask(index);
    return answer.told ?? `CRASH input ${index}: ${answer.death}`;
  }

  /** After its garbage was collected. */
  async megabytes(): Promise<number> {
    const answer = await this.ask(-1);
    return answer.megabytes ?? Number.NaN;
  }

  async close(): Promise<void> {
    this.child?.kill();
  }

  private ask(index: number): Promise<Answer> {
    this.child ??= fork(program, { execArgv: ["--expose-gc", "--disable-warning=ExperimentalWarning"] });
    const { child } = this;
    return new Promise((resolve) => {
      const died = (code: number | null, signal: string | null) => {
        this.child = null;
        resolve({ death: `the process ended with ${signal ?? code}` });
      };
      child.once("exit", died);
      child.once("message", (message) => {
        child.off("exit", died);
        resolve(message as Answer);
      });
      child.send({ seed: this.seed, index });
    });
  }
}
