import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Lease, lease as leaseSchema } from "../../contract/wire/workerProtocol.ts";
import { linkOrCopy } from "../files/linkOrCopy.ts";
import { replaceFile } from "../files/replaceFile.ts";
import { log, messageOf } from "../log.ts";
import { AttemptSpool } from "./attemptSpool.ts";
import { spoolPath } from "./spool.ts";

const bounds = { bytes: 200_000_000, attempts: 200 };

/**
 * Spools of attempts that the server has stored to their end, kept for a time: a server whose database was restored from a backup
 * may have lost some of that. The oldest go once there are too many.
 */
export class SentSpools {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Keeps a spool under a second name; without room for it, it is not kept. */
  keep(spool: AttemptSpool): void {
    if (!existsSync(spool.path)) return;
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      const path = this.pathOf(spool.lease);
      rmSync(path, { force: true });
      linkOrCopy(spool.path, path);
      replaceFile(path.replace(/jsonl$/, "json"), JSON.stringify(spool.lease));
      this.trim();
    } catch (error) {
      log(
        `The events of run ${spool.lease.runId.slice(0, 8)} were sent, but cannot be kept for a restored server: ${messageOf(error)}`,
      );
    }
  }

  /** Leases of the kept attempts, the newest first. */
  list(): Lease[] {
    return this.files().flatMap(({ path }) => {
      try {
        return [leaseSchema.parse(JSON.parse(readFileSync(path.replace(/jsonl$/, "json"), "utf8")))];
      } catch {
        return [];
      }
    });
  }

  /** Puts one back among those that are to be sent. @returns null if it is not there */
  takeBack(lease: Lease, spoolFolder: string): AttemptSpool | null {
    const path = this.pathOf(lease);
    if (!existsSync(path)) return null;
    const spool = new AttemptSpool(spoolFolder, lease);
    spool.begin();
    renameSync(path, spool.path);
    rmSync(path.replace(/jsonl$/, "json"), { force: true });
    return spool;
  }

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private pathOf({ runId, attempt }: Lease): string {
    return spoolPath(this.folder, runId, attempt);
  }

  private files(): { path: string; bytes: number; at: number }[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .filter((name) => name.endsWith(".jsonl"))
      .map((name) => {
        const path = join(this.folder, name);
        const { size, mtimeMs } = statSync(path);
        return { path, bytes: size, at: mtimeMs };
      })
      .sort((a, b) => b.at - a.at);
  }

  private trim(): void {
    let total = 0;
    for (const [index, { path, bytes }] of this.files().entries()) {
      total += bytes;
      if (index < bounds.attempts && total <= bounds.bytes) continue;
      rmSync(path, { force: true });
      rmSync(path.replace(/jsonl$/, "json"), { force: true });
    }
  }
}
