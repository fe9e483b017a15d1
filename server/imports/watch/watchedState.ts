import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** What became of one measurement: of which files it was made, and why it could not be, or null. */
export interface Outcome {
  marks: Record<string, string>;
  problem: string | null;
  /** When it was made, ms; older lists do not say. */
  at?: number;
}

/** What was made of a watched folder so far, by study, run, split and step: kept in a file, so that nothing is imported twice. */
export class WatchedState {
  private readonly path: string;
  private readonly outcomes: Map<string, Outcome>;

  private constructor(path: string, outcomes: Map<string, Outcome>) {
    this.path = path;
    this.outcomes = outcomes;
  }

  /** @throws Error for a file that is not one of these: to begin anew would import everything twice */
  static async open(path: string): Promise<WatchedState> {
    const text = await readFile(path, "utf8").catch((error) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "{}";
      throw error;
    });
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new Error(`${path} is not a list of what was imported`);
    return new WatchedState(path, new Map(Object.entries(value as Record<string, Outcome>)));
  }

  get(key: string): Outcome | undefined {
    return this.outcomes.get(key);
  }

  get imported(): number {
    return [...this.outcomes.values()].filter(({ problem }) => problem === null).length;
  }

  /** What was made last, of what says when. */
  get latest(): { key: string; at: number } | null {
    let latest: { key: string; at: number } | null = null;
    for (const [key, { problem, at }] of this.outcomes)
      if (problem === null && at !== undefined && at >= (latest?.at ?? 0)) latest = { key, at };
    return latest;
  }

  /** Kept once this returns. */
  async set(key: string, outcome: Outcome): Promise<void> {
    this.outcomes.set(key, outcome);
    await mkdir(dirname(this.path), { recursive: true });
    await writeFile(`${this.path}.new`, JSON.stringify(Object.fromEntries(this.outcomes)), { mode: 0o600, flush: true });
    await rename(`${this.path}.new`, this.path);
  }
}
