import type { SumsEvent } from "../../../contract/external/externalRequests.ts";
import { Failure } from "../../../contract/failure.ts";
import { log } from "../../log/log.ts";
import { measureSet, type TrainingMeans } from "../features/measureSet.ts";
import { type FeatureRun, inKeyOrder, readRuns } from "../features/readRuns.ts";
import { Scratch } from "../formats/scratch.ts";
import { type FoundFile, listFiles } from "./listFiles.ts";
import { WatchedState } from "./watchedState.ts";

export interface WatchedSettings {
  folder: string;
  /** Of the list of what was imported. */
  statePath: string;
  scratchFolder: string;
  scratchBytes: number;
  reserveBytes: number;
  /** A run for which nothing came for so long has ended, ms. */
  quietMs: number;
}

/** A run of the folder; its key is the same each time. */
export interface WatchedRun {
  study: string;
  key: string;
  values: FeatureRun["values"];
  classNames: string[] | null;
}

/** Where measurements go. */
export interface WatchedStore {
  /** @returns what of it could not be kept */
  add(run: WatchedRun, event: SumsEvent, warnings: string[]): Promise<string[]>;
  /** Nothing came for long: the run ends, until something does. */
  end(run: WatchedRun): Promise<void>;
}

/** What the page and the log say of it. */
export interface WatchedReport {
  folder: string;
  /** Measurements that were made. */
  imported: number;
  problems: string[];
}

/**
 * A folder whose new files of features become measurements, once each: `study/run/files`. A file counts once it looks the same twice in a
 * row; one that cannot be read is named with its reason, and tried again when it changes.
 */
export class WatchedFolder {
  private readonly settings: WatchedSettings;
  private readonly store: WatchedStore;
  private seen = new Map<string, string>();
  /** Of each study: its complete files as they were when they were last read, and what was wrong with them. */
  private readonly studies = new Map<string, { marks: string; problems: string[] }>();
  private said = new Set<string>();
  /** Runs that have not ended, with the time of their last measurement, or of this server's start. */
  private readonly open = new Map<string, { run: WatchedRun; at: number }>();
  private readonly known = new Set<string>();
  private state: WatchedState | null = null;
  private readonly ending = new AbortController();
  private general: string[] = [];

  constructor(settings: WatchedSettings, store: WatchedStore) {
    this.settings = settings;
    this.store = store;
  }

  get report(): WatchedReport {
    return {
      folder: this.settings.folder,
      imported: this.state?.imported ?? 0,
      problems: [...this.general, ...[...this.studies.values()].flatMap(({ problems }) => problems)],
    };
  }

  /** What was measured last, by this server or before it started. */
  get latest(): { study: string; values: WatchedRun["values"]; step: number; split: "train" | "test"; at: number } | null {
    const latest = this.state?.latest ?? null;
    if (latest === null) return null;
    const [runKey, step, split] = JSON.parse(latest.key) as [string, number, "train" | "test"];
    const [study, values] = JSON.parse(runKey) as [string, [string, number | string][]];
    return { study, values: Object.fromEntries(values), step, split, at: latest.at };
  }

  /** Ends a measurement that is under way. */
  stop(): void {
    this.ending.abort(new Failure("UNAVAILABLE", "The server is stopping."));
  }

  /** Imports what is new and complete. */
  async look(): Promise<void> {
    this.state ??= await WatchedState.open(this.settings.statePath);
    const found = await listFiles(this.settings.folder);
    this.general =
      found === null
        ? [`The watched folder ${this.settings.folder} cannot be read: it is not there, or its permissions do not allow it.`]
        : found.tooMany
          ? [`The watched folder ${this.settings.folder} has more than 20,000 files of features: those beyond are left out.`]
          : [];
    this.sayNew();
    if (found === null) return;
    const [before, now] = [this.seen, new Map(found.files.map(({ name, mark }) => [name, mark]))];
    this.seen = now;
    const complete = found.files.filter(({ name, mark, empty }) => before.get(name) === mark && !empty);
    for (const [study, files] of Map.groupBy(complete, ({ name }) =>
      name.includes("/") ? name.slice(0, name.indexOf("/")) : "",
    )) {
      const marks = files.map(({ name, mark }) => `${name} ${mark}`).join("\n");
      if (this.studies.get(study)?.marks === marks) continue;
      const problems =
        study === ""
          ? files.map(({ name }) => `${name} is in no folder: put it into <study>/<run>/.`)
          : await this.importStudy(study, files);
      this.studies.set(study, { marks, problems });
      this.sayNew();
    }
    await this.endQuiet();
  }

  private async endQuiet(): Promise<void> {
    for (const [key, { run, at }] of this.open) {
      if (Date.now() - at < this.settings.quietMs) continue;
      await this.store.end(run);
      this.open.delete(key);
    }
  }

  private sayNew(): void {
    const { problems } = this.report;
    for (const problem of problems) if (!this.said.has(problem)) log.warning(`Watched folder: ${problem}`);
    this.said = new Set(problems);
  }

  private async importStudy(study: string, files: FoundFile[]): Promise<string[]> {
    const { scratchFolder, scratchBytes, reserveBytes } = this.settings;
    const scratch = new Scratch(scratchFolder, scratchBytes, reserveBytes);
    try {
      const inStudy = files.map(({ name, path }) => ({ name: name.slice(study.length + 1), path }));
      const { runs, problems } = await readRuns(inStudy, scratch, {
        ...{ roles: new Map(), step: null, keepFolders: true, mayGrow: true },
      });
      const marks = new Map(files.map(({ name, mark }) => [name.slice(study.length + 1), mark]));
      for (const run of runs) problems.push(...(await this.importRun(study, run, marks)));
      return problems.map((problem) => `${study}: ${problem}`);
    } finally {
      await scratch.close();
    }
  }

  private async importRun(study: string, run: FeatureRun, marks: ReadonlyMap<string, string>): Promise<string[]> {
    const problems: string[] = [];
    const runKey = JSON.stringify([study, inKeyOrder(run.values)]);
    const about: WatchedRun = { study, key: runKey, values: run.values, classNames: run.classNames };
    if (!this.known.has(runKey)) this.open.set(runKey, { run: about, at: Date.now() });
    this.known.add(runKey);
    let training: TrainingMeans | null = null;
    for (const [at, set] of run.sets.entries()) {
      const key = JSON.stringify([runKey, set.step, set.split]);
      const own = Object.fromEntries([...marks].filter(([name]) => set.files.includes(name)));
      const known = this.state!.get(key);
      // Training means are needed again where the test set of their step is new.
      const next = run.sets[at + 1];
      const servesNext =
        next?.step === set.step && this.state!.get(JSON.stringify([runKey, next.step, next.split])) === undefined;
      const isSame = known !== undefined && JSON.stringify(known.marks) === JSON.stringify(own);
      if (known !== undefined && known.problem === null && !isSame)
        problems.push(
          `${Object.keys(own).join(", ")} came or changed after step ${set.step} (${set.split}) was imported: left out.`,
        );
      if (known !== undefined && known.problem !== null && isSame) problems.push(known.problem);
      const isNew = known === undefined || (known.problem !== null && !isSame);
      if (!isNew && !(servesNext && known?.problem === null)) continue;
      try {
        const measured = await measureSet(set, training, null, this.ending.signal);
        training = measured.training;
        if (!isNew) continue;
        problems.push(...(await this.store.add(about, measured.event, [...run.notes, ...measured.warnings])));
        this.open.set(runKey, { run: about, at: Date.now() });
        await this.state!.set(key, { marks: own, problem: null, at: Date.now() });
      } catch (error) {
        if (!(error instanceof Failure) || error.code === "UNAVAILABLE" || error.code === "DISK_FULL") throw error;
        problems.push(error.message);
        await this.state!.set(key, { marks: own, problem: error.message });
      }
    }
    return problems;
  }
}
