import { readFileSync } from "node:fs";
import { halfOf } from "../../../contract/pack/packShare.ts";
import { maxPackRuns, type PacksOffered } from "../../../contract/wire/packs.ts";
import { replaceFile } from "../../files/replaceFile.ts";
import { count, log, messageOf } from "../../log.ts";
import { readProgramVersion } from "../../programVersion.ts";
import type { PackAdvice } from "../../run/messages.ts";

/** After a pack that crashed, no larger one of its key is tried for so long. */
const limitedForMs = 3_600_000;
/** A size is found out again after so long: what else the machine did while it was timed may be over. */
const bestForMs = 24 * 3_600_000;
const maxKeys = 1_000;

interface Entry {
  key: string;
  /** The best number of runs in one step, on what it was measured, and until when that is believed, ms since 1970; null: nothing was. */
  best: { runs: number; provider: string; until: number } | null;
  /** No larger one is tried until then, ms since 1970. */
  limit: { runs: number; until: number } | null;
}

/** What this worker has found out about packs, by key; kept in its folder, until the program is another one. */
export class PackBook {
  private readonly path: string;
  private readonly most: number;
  private readonly version = readProgramVersion();
  private readonly entries: Map<string, Entry>;
  private readonly now: () => number;
  private hasLearned = false;
  /** When the first of what was told holds no longer. */
  private toldUntil = Number.POSITIVE_INFINITY;

  /** @param most runs in a pack at most */
  constructor(path: string, most: number, now: () => number = Date.now) {
    this.path = path;
    this.most = most;
    this.now = now;
    this.entries = new Map(this.read().map((each) => [each.key, each]));
  }

  /** Whether the server has not been told all of it. */
  get hasNews(): boolean {
    return this.hasLearned || this.now() >= this.toldUntil;
  }

  /** For the server: what is best, or not too many. */
  tell(): PacksOffered {
    const entries = [...this.entries.values()];
    this.hasLearned = false;
    const ends = entries.flatMap(({ best, limit }) => [best?.until ?? 0, limit?.until ?? 0]);
    this.toldUntil = Math.min(...ends.filter((until) => until > this.now()));
    const known = entries.flatMap(({ key }) => {
      const limit = this.limitOf(key);
      const best = this.bestOf(key);
      const runs = Math.min(best?.runs ?? limit, limit);
      return best === null && limit === this.most ? [] : [{ key, runs }];
    });
    return { most: this.most, known };
  }

  /** For a process that is to train runs of this key. */
  adviceFor(key: string): PackAdvice {
    return { best: this.bestOf(key), most: this.limitOf(key) };
  }

  timed(key: string, best: { runs: number; provider: string }): void {
    log(`Packs of this shape train fastest with ${count(best.runs, "run")} in a step (${best.provider})`);
    this.note(key, { best: { ...best, until: this.now() + bestForMs } });
  }

  /** A step of so many ended badly: half as many are tried. */
  tooMany(key: string, runs: number): void {
    const halved = halfOf(runs);
    if (halved >= this.limitOf(key)) return;
    log(`A pack of ${runs} runs failed: for an hour no more than ${count(halved, "run")} of its shape train together`);
    this.note(key, { limit: { runs: halved, until: this.now() + limitedForMs } });
  }

  private bestOf(key: string): { runs: number; provider: string } | null {
    const best = this.entries.get(key)?.best ?? null;
    return best !== null && best.until > this.now() ? { runs: best.runs, provider: best.provider } : null;
  }

  private limitOf(key: string): number {
    const limit = this.entries.get(key)?.limit ?? null;
    return limit !== null && limit.until > this.now() ? Math.min(limit.runs, this.most) : this.most;
  }

  /** The least recently learned go first. */
  private note(key: string, news: Partial<Entry>): void {
    const known = this.entries.get(key) ?? { key, best: null, limit: null };
    this.entries.delete(key);
    this.entries.set(key, { ...known, ...news });
    for (const old of [...this.entries.keys()].slice(0, -maxKeys)) this.entries.delete(old);
    this.hasLearned = true;
    try {
      replaceFile(this.path, `${JSON.stringify({ version: this.version, entries: [...this.entries.values()] })}\n`);
    } catch (error) {
      log(`What was learned about packs cannot be kept: ${messageOf(error)}`);
    }
  }

  /** There may be none yet, or it is damaged, or from another version: then it is found out again. */
  private read(): Entry[] {
    try {
      const stored = JSON.parse(readFileSync(this.path, "utf8")) as { version?: unknown; entries?: unknown };
      const isSound = stored.version === this.version && Array.isArray(stored.entries) && stored.entries.every(isEntry);
      return isSound ? (stored.entries as Entry[]) : [];
    } catch {
      return [];
    }
  }
}

function isEntry(given: Partial<Entry> | null): boolean {
  const isCount = (runs: unknown) => Number.isInteger(runs) && (runs as number) >= 1 && (runs as number) <= maxPackRuns;
  const { key, best, limit } = given ?? {};
  if (typeof key !== "string" || !/^[0-9a-f]{32}$/.test(key) || best === undefined || limit === undefined) return false;
  const isBest = best === null || (isCount(best.runs) && typeof best.provider === "string" && Number.isFinite(best.until));
  return isBest && (limit === null || (isCount(limit.runs) && Number.isFinite(limit.until)));
}
