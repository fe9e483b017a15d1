import type { SeriesView } from "../../contract/wire/views.ts";
import type { WatchItem } from "../../contract/wire/watchProtocol.ts";

export interface StoredSeries {
  steps: number[];
  values: number[];
  /** Stored points in the window, of which these are a selection. */
  total: number;
}

const none: StoredSeries = { steps: [], values: [], total: 0 };

/** What came live, in its order: a point, or a later attempt that took over. */
type LiveItem = Extract<WatchItem, { kind: "points" | "attempt" }>;

/** Live points are kept for longer than any reading takes, and so many of them in any case. */
const keptMs = 60_000;
const minKept = 4_000;

/**
 * Points of one run: what was read, and what came live since, merged by step. Kept outside React, which is told once a batch.
 * When a later attempt takes over, its points replace those after the step from which it resumes.
 */
export class RunSeriesStore {
  version = 0;
  private readonly series = new Map<string, StoredSeries>();
  /** To be put on top of a reading that was asked for before it came. */
  private live: { item: LiveItem; at: number }[] = [];
  private attempt = 0;
  private window: { from: number; to: number } | null = null;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly getVersion = (): number => this.version;

  get(key: string): StoredSeries {
    return this.series.get(key) ?? none;
  }

  /**
   * The room was joined (again): what came before is stored, and is in what is read from now on, unless it has become void. Of a
   * database that was restored the attempt may be an earlier one.
   */
  joined(): void {
    this.live = [];
    this.attempt = 0;
  }

  /** Takes a reading of series in a window (null = all); those of the asked ones that are not in it have no points. What came live goes on top. */
  setRead(views: readonly SeriesView[], window: { from: number; to: number } | null, asked: readonly string[]): void {
    this.window = window;
    for (const key of asked) this.series.delete(key);
    for (const view of views) this.series.set(view.key, { steps: view.steps, values: view.values, total: view.total });
    const keys = new Set(asked);
    for (const { item } of this.live) this.add(item, keys);
    this.changed();
  }

  apply(runId: string, items: readonly WatchItem[], now = performance.now()): void {
    let any = false;
    for (const item of items) {
      if ((item.kind !== "points" && item.kind !== "attempt") || item.runId !== runId || item.attempt < this.attempt) continue;
      if (item.kind === "attempt" && item.attempt === this.attempt) continue;
      this.attempt = item.attempt;
      this.live.push({ item, at: now });
      this.add(item, null);
      any = true;
    }
    if (this.live.length > minKept)
      this.live = this.live.filter(({ at }, index) => index >= this.live.length - minKept || now - at < keptMs);
    if (any) this.changed();
  }

  /** @param keys of the series that it is added to; null = all */
  private add(item: LiveItem, keys: ReadonlySet<string> | null): void {
    if (item.kind === "attempt") {
      for (const [key, series] of this.series)
        if (keys === null || keys.has(key)) this.series.set(key, upTo(series, item.resumedFromStep));
      return;
    }
    const { step, values } = item;
    if (this.window !== null && (step < this.window.from || step > this.window.to)) return;
    for (const [key, value] of Object.entries(values)) {
      if (keys !== null && !keys.has(key)) continue;
      this.series.set(key, withPoint(this.series.get(key) ?? none, step, value));
    }
  }

  private changed(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }
}

/** The series with a point at its step; one that is there already is replaced. */
function withPoint(series: StoredSeries, step: number, value: number): StoredSeries {
  let at = series.steps.length;
  while (at > 0 && series.steps[at - 1] >= step) at--;
  const known = series.steps[at] === step;
  if (known && series.values[at] === value) return series;
  return {
    steps: series.steps.toSpliced(at, known ? 1 : 0, step),
    values: series.values.toSpliced(at, known ? 1 : 0, value),
    total: series.total + (known ? 0 : 1),
  };
}

/** Without the points after a step; an attempt that began at step 0 measures that again. */
function upTo(series: StoredSeries, step: number): StoredSeries {
  const kept = step === 0 ? 0 : series.steps.filter((at) => at <= step).length;
  return { steps: series.steps.slice(0, kept), values: series.values.slice(0, kept), total: kept };
}
