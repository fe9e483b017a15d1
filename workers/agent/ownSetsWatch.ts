import { type FSWatcher, watch } from "node:fs";
import { type OwnSet, type OwnSetsPart, ownSetsPart } from "../../contract/data/ownSet.ts";
import { protocolSizes } from "../../contract/wire/workerProtocol.ts";
import { OwnSetList } from "../data/own/listOwnSets.ts";
import type { DatasetPlaces } from "../data/sources/places.ts";
import { log, messageOf } from "../log.ts";

/** What lies deeper than the folder itself is not watched, but looked at this often. */
const rescanMs = 10_000;
/** A change is looked at when nothing more has changed for so long. */
const settleMs = 400;

/** Follows the data-set folder while the worker lives, and reports its sets whenever they change. */
export class OwnSetsWatch {
  private readonly list: OwnSetList;
  private readonly folder: string | null;
  private readonly changed: (parts: OwnSetsPart[]) => void;
  private readonly timer: NodeJS.Timeout;
  private watcher: FSWatcher | null = null;
  private soon: NodeJS.Timeout | null = null;
  private reading = false;
  private again = false;
  private lastSent: string | null = null;
  /** The list as last sent; null before the first scan. */
  parts: OwnSetsPart[] | null = null;

  constructor(places: DatasetPlaces, changed: (parts: OwnSetsPart[]) => void) {
    this.list = new OwnSetList(places);
    this.folder = places.folder;
    this.changed = changed;
    this.timer = setInterval(() => void this.rescan(), rescanMs);
    void this.rescan();
  }

  close(): void {
    clearInterval(this.timer);
    if (this.soon) clearTimeout(this.soon);
    this.watcher?.close();
  }

  private async rescan(): Promise<void> {
    if (this.reading) {
      this.again = true;
      return;
    }
    this.reading = true;
    this.watchFolder();
    try {
      const { sets, unsettled } = await this.list.read();
      if (unsettled) this.rescanSoon();
      const text = JSON.stringify(sets);
      if (text !== this.lastSent) {
        this.lastSent = text;
        this.parts = inParts(sets);
        this.changed(this.parts);
      }
    } catch (error) {
      log(`The data-set folder cannot be listed: ${messageOf(error)}`);
    }
    this.reading = false;
    if (this.again) {
      this.again = false;
      this.rescanSoon();
    }
  }

  private rescanSoon(): void {
    if (this.soon) clearTimeout(this.soon);
    this.soon = setTimeout(() => void this.rescan(), settleMs);
  }

  /** The folder may come, go and come again: each time it is watched again. */
  private watchFolder(): void {
    if (this.watcher || this.folder === null) return;
    try {
      const watcher = watch(this.folder, { persistent: false }, () => this.rescanSoon());
      const stop = () => {
        watcher.close();
        if (this.watcher === watcher) this.watcher = null;
      };
      watcher.once("error", stop);
      watcher.on("change", (kind, name) => {
        // The folder itself was moved or removed.
        if (kind === "rename" && this.folder?.endsWith(String(name))) stop();
      });
      this.watcher = watcher;
    } catch {
      this.watcher = null; // not there, or no watches are left: the rescans remain
    }
  }
}

/** A list in messages of bounded size; the schema fills and checks each. */
function inParts(sets: readonly OwnSet[], bytes: number = protocolSizes.batchBytes): OwnSetsPart[] {
  const parts: OwnSet[][] = [[]];
  let size = 0;
  for (const set of sets) {
    const its = JSON.stringify(set).length;
    if (size > 0 && size + its > bytes) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(set);
    size += its;
  }
  return parts.map((part, index) => ownSetsPart.parse({ part: index, of: parts.length, sets: part }));
}
