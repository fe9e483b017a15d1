import type { ExternalSource, ExternalValue } from "../../../../contract/external/externalConfig.ts";
import { Failure } from "../../../../contract/failure.ts";
import { importLimits } from "../../../../contract/wire/imports.ts";
import { counted } from "../refuse.ts";
import { Problems } from "./problems.ts";

export interface DraftPoints {
  steps: number[];
  values: number[];
}

/** A run as files tell of it. */
export interface DraftRun {
  /** For people; also the axis "run", where nothing else tells the runs apart. */
  name: string;
  values: Map<string, ExternalValue>;
  /** By the series' keys. */
  series: Map<string, DraftPoints>;
  status: "finished" | "failed" | "cancelled";
  /** Where files say it. */
  startedAt: Date | null;
  endedAt: Date | null;
}

/** Runs that files would become, before anything is stored. */
export class Draft {
  readonly source: ExternalSource;
  /** What the experiment is called unless a person says otherwise. */
  readonly name: string;
  readonly problems = new Problems();
  private readonly byId = new Map<string, DraftRun>();
  private points = 0;

  constructor(source: ExternalSource, name: string) {
    this.source = source;
    this.name = name;
  }

  /** The run of an id; a new one where there is none. @throws Failure INVALID for too many */
  run(id: string, name: string): DraftRun {
    const known = this.byId.get(id);
    if (known) return known;
    if (this.byId.size === importLimits.runs)
      throw new Failure(
        "INVALID",
        `These files have more than ${counted(importLimits.runs)} runs, the most that one import takes: import them in parts.`,
      );
    const run: DraftRun = {
      ...{ name, values: new Map(), series: new Map() },
      ...{ status: "finished", startedAt: null, endedAt: null },
    };
    this.byId.set(id, run);
    return run;
  }

  get runs(): DraftRun[] {
    return [...this.byId.values()];
  }

  get ids(): string[] {
    return [...this.byId.keys()];
  }

  find(id: string): DraftRun | undefined {
    return this.byId.get(id);
  }

  /** Makes some runs parts of others: their values and series go there, as far as these lack them. */
  joinRuns(pairs: readonly (readonly [part: string, whole: string])[]): void {
    for (const [partId, wholeId] of pairs) {
      const [part, whole] = [this.byId.get(partId), this.byId.get(wholeId)];
      if (!part || !whole) continue;
      for (const [key, value] of part.values) if (!whole.values.has(key)) whole.values.set(key, value);
      for (const [key, points] of part.series) if (!whole.series.has(key)) whole.series.set(key, points);
      this.byId.delete(partId);
    }
  }

  /** @throws Failure INVALID for too many */
  addPoint(run: DraftRun, key: string, step: number, value: number): void {
    if (++this.points > importLimits.points)
      throw new Failure(
        "INVALID",
        `These files have more than ${counted(importLimits.points)} points, the most that one import takes: import them in parts, or leave columns out.`,
      );
    let series = run.series.get(key);
    if (!series) {
      series = { steps: [], values: [] };
      run.series.set(key, series);
    }
    series.steps.push(step);
    series.values.push(value);
  }
}
