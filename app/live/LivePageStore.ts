import type { LayerMetric } from "../../contract/metrics/metricInfo.ts";
import { type Split, seriesKey } from "../../contract/metrics/seriesKey.ts";
import type { GeometrySnapshot } from "../../contract/wire/runEvents.ts";
import type { LayerProfileView, RunRow, SeriesView } from "../../contract/wire/views.ts";
import type { WatchItem } from "../../contract/wire/watchProtocol.ts";
import { type ItemOf, type LiveRow, RowBatch } from "./RowBatch.ts";
import {
  asRead,
  forgetSeries,
  isOfEarlierAttempt,
  isSince,
  liveSteps,
  mergePoint,
  mergeSnapshot,
  noPoints,
  type RunPoints,
  type RunSeries,
  type StepWindow,
  seriesOf,
  startAttempt,
  touch,
} from "./runPoints.ts";

/** More than can arrive while a page is being read. */
const maxEarly = 2_000;
const isOfRun = ({ kind }: WatchItem) => kind !== "removed" && kind !== "restored" && kind !== "experiment" && kind !== "changed";

/**
 * What a live page knows of its runs: rows, and points merged by (run, step), so that duplicates and order do not matter. Kept outside
 * React; `apply` takes a whole batch and tells its listeners once.
 */
export class LivePageStore<Row extends LiveRow = RunRow> {
  rows: Row[] = [];
  version = 0;
  /** The rows as of the last change of a value or a status: what charts are drawn from. Mere progress leaves them alone. */
  chartRows: Row[] = [];
  /** Counts those changes. */
  chartVersion = 0;
  /** It was deleted while it was open: this is its last state. */
  removed = false;
  /** When the last live point came, ms of this browser's clock; 0 before the first. */
  lastPointAt = 0;
  private generation = 0;
  /** The latest attempt of each run heard of since the room was joined. */
  private readonly told = new Map<string, number>();
  /** What came live of runs before the first rows were read; null after that. */
  private early: WatchItem[] | null = [];
  private readonly runs = new Map<string, RunPoints>();
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly getVersion = (): number => this.version;
  readonly getChartVersion = (): number => this.chartVersion;

  /** A room was joined (again): what comes live from now on is newer than what is read after this. */
  joined(): void {
    this.generation++;
    this.told.clear();
    if (this.early !== null) this.early = [];
  }

  /** Takes rows that were read; what came live since the room was joined is applied on top. @returns as `apply` does */
  setRows(rows: readonly Row[]): boolean {
    const known = new Map(this.rows.map((row) => [row.id, row]));
    this.removed = false;
    const dropped = rows.map((row) => this.dropVoid(row, known.get(row.id)));
    this.rows = rows.map((row) => this.withLivePoints(row, known.get(row.id)));
    this.changed(true);
    const { early } = this;
    this.early = null;
    return (early !== null && early.length > 0 && this.apply(early)) || dropped.includes(true);
  }

  /** Drops what is known of a run whose attempt has changed. @returns whether it did */
  private dropVoid(row: Row, before: Row | undefined): boolean {
    const run = this.runs.get(row.id);
    // The database was restored: later attempts that are known here no longer exist.
    const wentBack = before !== undefined && before.attempt > row.attempt && !this.isToldAfter(row);
    // Another attempt took over and nobody said from which step: what is known may be void, and is read again.
    if (run === undefined || !(wentBack || isOfEarlierAttempt(run, this.measuringAttempt(row)))) return false;
    return this.runs.delete(row.id);
  }

  private withLivePoints(row: Row, before: Row | undefined): Row {
    const base = before !== undefined && this.isToldAfter(row) ? { ...before } : { ...row, last: { ...row.last } };
    const points = [...(this.runs.get(row.id)?.byStep ?? [])].filter(([, { source }]) => isSince(this.generation, source));
    for (const [step, point] of points.sort(([a], [b]) => a - b)) {
      Object.assign(base.last, point.values);
      base.step = Math.max(base.step, step);
    }
    return base;
  }

  private isToldAfter({ id, attempt }: LiveRow): boolean {
    return (this.told.get(id) ?? 0) > attempt;
  }

  /** The attempt of each run that its points are of, as far as is known now. */
  get attempts(): ReadonlyMap<string, number> {
    return new Map(this.rows.map((row) => [row.id, this.measuringAttempt(row)]));
  }

  /** An attempt that was claimed and has not started has measured nothing yet, and it is not known what it will void. */
  private measuringAttempt({ id, attempt, status }: LiveRow): number {
    const hasNotStarted = status === "leased" && this.runs.get(id)?.resumes.has(attempt) !== true;
    return Math.max(1, hasNotStarted ? attempt - 1 : attempt);
  }

  /**
   * Takes series that were read; they belong to the attempt that was known when they were asked for, or to an earlier, valid one.
   * @param counts whether their totals are those of the window that the panels show
   */
  addSeries(views: readonly SeriesView[], counts = true, asked = this.attempts): void {
    const { attempts } = this;
    for (const view of views) {
      const run = this.of(view.runId);
      const attempt = asked.get(view.runId) ?? 1;
      view.steps.forEach((step, i) => {
        const value = view.values[i];
        if (value !== undefined) mergePoint(run, step, attempt, { [view.key]: value }, asRead);
      });
      if (counts && attempt === (attempts.get(view.runId) ?? 1))
        run.totals.set(view.key, { total: view.total, through: view.steps.at(-1) ?? -1 });
      touch(run);
    }
    this.changed(true);
  }

  /** Takes a reading of some series of a run in place of what was read of them before; what came live since the joining stays. */
  replaceSeries(runId: string, keys: readonly string[], views: readonly SeriesView[], asked = this.attempts): void {
    const run = this.of(runId);
    forgetSeries(run, keys, liveSteps(run, this.generation, this.lastPointAt));
    this.addSeries(views, true, asked);
  }

  addProfile(views: readonly LayerProfileView[], metric: LayerMetric, split: Split, asked = this.attempts): void {
    for (const view of views) {
      const run = this.of(view.runId);
      view.steps.forEach((step, i) => {
        const values: Record<string, number> = {};
        view.layers[i]?.forEach((value, layer) => {
          if (value !== null) values[seriesKey(split, metric, layer + 1)] = value;
        });
        mergePoint(run, step, asked.get(view.runId) ?? 1, values, asRead);
      });
      touch(run);
    }
    this.changed(true);
  }

  addGeometry(runId: string, snapshots: readonly GeometrySnapshot[], asked = this.attempts): void {
    const run = this.of(runId);
    for (const snapshot of snapshots) mergeSnapshot(run, asked.get(runId) ?? 1, snapshot);
    touch(run);
    this.changed(true);
  }

  /**
   * Takes one batch of live items. @returns whether the page should read again: points that became void left rows without a
   * value, or what is shown was deleted or brought back.
   */
  apply(items: readonly WatchItem[], now = Date.now()): boolean {
    const batch = new RowBatch(this.rows);
    for (const item of items)
      if (this.early === null || !isOfRun(item)) this.take(item, batch, now);
      else if (this.early.push(item) > maxEarly) this.early.shift();
    this.rows = batch.rows;
    if (batch.isChanged) this.changed(batch.values);
    return batch.readAgain;
  }

  protected take(item: WatchItem, batch: RowBatch<Row>, now: number): void {
    switch (item.kind) {
      case "points":
        this.takePoint(item, batch, now);
        break;
      case "attempt":
        this.tell(item.runId, item.attempt);
        this.takeAttempt(item, batch);
        break;
      case "run":
        this.tell(item.row.id, item.row.attempt);
        batch.takeRun(item);
        break;
      case "progress":
        batch.takeProgress(item);
        break;
      case "geometry":
        this.takeGeometry(item, batch);
        break;
      case "removed":
        if (item.runId === undefined) {
          this.removed = true;
          batch.change(false);
        } else if (!this.removed && batch.row(item.runId) !== undefined) batch.readAgain = true;
        break;
      case "restored":
        batch.readAgain = true;
    }
  }

  private tell(runId: string, attempt: number): void {
    this.told.set(runId, Math.max(attempt, this.told.get(runId) ?? 0));
  }

  private takePoint(item: ItemOf<"points">, batch: RowBatch<Row>, now: number): void {
    const row = batch.row(item.runId);
    if (row === undefined) return;
    const run = this.of(item.runId);
    if (!mergePoint(run, item.step, item.attempt, item.values, { generation: this.generation, at: now })) return;
    touch(run);
    this.lastPointAt = now;
    const step = Math.max(row.step, item.step);
    batch.edit(row, item.step >= run.lastStep ? { step, last: { ...row.last, ...item.values } } : { step });
  }

  private takeAttempt(item: ItemOf<"attempt">, batch: RowBatch<Row>): void {
    const row = batch.row(item.runId);
    if (row === undefined) return;
    const run = this.of(item.runId);
    if (startAttempt(run, item.attempt, item.resumedFromStep)) batch.readAgain = true;
    batch.edit(row, {
      attempt: Math.max(row.attempt, item.attempt),
      device: item.device ?? row.device,
      step: Math.min(row.step, Math.max(item.resumedFromStep, run.lastStep)),
    });
  }

  private takeGeometry(item: ItemOf<"geometry">, batch: RowBatch<Row>): void {
    if (batch.row(item.runId) === undefined) return;
    const run = this.of(item.runId);
    if (!mergeSnapshot(run, item.attempt, item.snapshot)) return;
    touch(run);
    batch.change(true);
  }

  /** It no longer exists; what is known of it stays. */
  markRemoved(): void {
    this.removed = true;
    this.changed(false);
  }

  /** Last measured step that is known of a run; -1 before the first. */
  lastStep(runId: string): number {
    return this.runs.get(runId)?.lastStep ?? -1;
  }

  /** Measurements (distinct steps) known of a run. */
  pointCount(runId: string): number {
    return this.runs.get(runId)?.byStep.size ?? 0;
  }

  /** One series, in order of steps. @param window null = all */
  series(runId: string, key: string, window: StepWindow | null = null): RunSeries {
    return seriesOf(this.of(runId), key, window);
  }

  /** Snapshots of a run, in order of steps. */
  geometry(runId: string): GeometrySnapshot[] {
    return [...(this.runs.get(runId)?.geometry ?? [])].sort(([a], [b]) => a - b).map(([, { snapshot }]) => snapshot);
  }

  /** Changes when a run's points do. */
  runVersion(runId: string): number {
    return this.runs.get(runId)?.version ?? 0;
  }

  private changed(values: boolean): void {
    this.version++;
    if (values) {
      this.chartRows = this.rows;
      this.chartVersion++;
    }
    for (const listener of this.listeners) listener();
  }

  private of(runId: string): RunPoints {
    const known = this.runs.get(runId);
    if (known !== undefined) return known;
    const made = noPoints();
    this.runs.set(runId, made);
    return made;
  }
}
