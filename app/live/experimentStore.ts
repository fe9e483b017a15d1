import type { LayerMetric } from "../../contract/metrics/layerMetrics.ts";
import { type Split, seriesKey } from "../../contract/metrics/seriesKey.ts";
import { runJudge } from "../../contract/wire/knownRun.ts";
import type { GeometrySnapshot } from "../../contract/wire/runEvents.ts";
import type { ExperimentDetail, LayerProfileView, RunRow, SeriesView } from "../../contract/wire/views.ts";
import type { WatchItem } from "../../contract/wire/watchProtocol.ts";
import {
  isOfEarlierAttempt,
  isValid,
  mergePoint,
  noPoints,
  type RunPoints,
  type RunSeries,
  seriesOf,
  startAttempt,
  touch,
} from "./runPoints.ts";

/**
 * What the result page knows: rows, and points merged by (run, step), so that duplicates and order do not matter.
 * A point of attempt a is void if a later attempt went on from an earlier step. Kept outside React; `apply` takes a
 * whole batch and tells its listeners once.
 */
export class ExperimentStore {
  detail: ExperimentDetail | null = null;
  rows: RunRow[] = [];
  version = 0;
  /** The rows as of the last change of a value or a status: what charts are drawn from. Mere progress leaves them alone. */
  chartRows: RunRow[] = [];
  /** Counts those changes. */
  chartVersion = 0;
  /** Runs of a form that this page does not know: they are in no chart and no table. */
  unshown: RunRow[] = [];
  /** It was deleted while it was open: what is here is its last state. */
  removed = false;
  /** When the last live point came, ms of this browser's clock; 0 before the first. */
  lastPointAt = 0;
  private generation = 0;
  /** The latest attempt of each run that was told of since the room was joined. */
  private readonly told = new Map<string, number>();
  private readonly knows = runJudge();
  private readonly runs = new Map<string, RunPoints>();
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly getVersion = (): number => this.version;

  private changed(values: boolean): void {
    this.version++;
    if (values) {
      this.chartRows = this.rows;
      this.chartVersion++;
    }
    for (const listener of this.listeners) listener();
  }

  private of(runId: string): RunPoints {
    let run = this.runs.get(runId);
    if (run === undefined) {
      run = noPoints();
      this.runs.set(runId, run);
    }
    return run;
  }

  /** A room was joined (again): what comes live from now on is newer than what is read after this. */
  joined(): void {
    this.generation++;
    this.told.clear();
  }

  /** Takes what `experiments.get` said; live points that came since the joining go on top. */
  setDetail(detail: ExperimentDetail): void {
    const known = new Map(this.rows.map((row) => [row.id, row]));
    this.detail = detail;
    this.removed = false;
    this.unshown = detail.runs.filter((row) => !this.knows(row));
    this.rows = detail.runs.filter(this.knows).map((row) => {
      const before = known.get(row.id);
      let run = this.runs.get(row.id);
      const newerAttempt = before !== undefined && (this.told.get(row.id) ?? 0) > row.attempt;
      // Its database was restored: what is known of later attempts is no more.
      const wentBack = before !== undefined && before.attempt > row.attempt && !newerAttempt;
      // Another attempt took over and nobody said from which step: what is known may be void, and is read again.
      if (run !== undefined && (wentBack || isOfEarlierAttempt(run, row.attempt))) {
        this.runs.delete(row.id);
        run = undefined;
      }
      const base = newerAttempt ? { ...before } : { ...row, last: { ...row.last } };
      if (run === undefined) return base;
      const live = [...run.byStep].filter(([, point]) => point.generation === this.generation && point.generation > 0);
      for (const [step, point] of live.sort(([a], [b]) => a - b)) {
        Object.assign(base.last, point.values);
        base.step = Math.max(base.step, step);
      }
      return base;
    });
    this.changed(true);
  }

  /** The attempt of each run, as far as is known now. */
  get attempts(): ReadonlyMap<string, number> {
    return new Map(this.rows.map(({ id, attempt }) => [id, Math.max(1, attempt)]));
  }

  /**
   * Takes series that were read; they belong to the attempt that the row named when they were asked for, or to an earlier, valid one.
   * @param counts whether their totals are those of the window that the panels show
   */
  addSeries(views: readonly SeriesView[], counts = true, asked = this.attempts): void {
    const { attempts } = this;
    for (const view of views) {
      const run = this.of(view.runId);
      const attempt = asked.get(view.runId) ?? 1;
      view.steps.forEach((step, i) => {
        mergePoint(run, step, attempt, { [view.key]: view.values[i] as number }, 0);
      });
      if (counts && attempt === (attempts.get(view.runId) ?? 1))
        run.totals.set(view.key, { total: view.total, through: view.steps.at(-1) ?? -1 });
      touch(run);
    }
    this.changed(true);
  }

  addProfile(views: readonly LayerProfileView[], metric: LayerMetric, split: Split, asked = this.attempts): void {
    for (const view of views) {
      const run = this.of(view.runId);
      view.steps.forEach((step, i) => {
        const values: Record<string, number> = {};
        view.layers[i]?.forEach((value, layer) => {
          if (value !== null) values[seriesKey(split, metric, layer + 1)] = value;
        });
        mergePoint(run, step, asked.get(view.runId) ?? 1, values, 0);
      });
      touch(run);
    }
    this.changed(true);
  }

  addGeometry(runId: string, snapshots: readonly GeometrySnapshot[], asked = this.attempts): void {
    const run = this.of(runId);
    const attempt = asked.get(runId) ?? 1;
    for (const snapshot of snapshots) {
      if (!isValid(run, attempt, snapshot.step) || (run.geometry.get(snapshot.step)?.attempt ?? 0) > attempt) continue;
      run.geometry.set(snapshot.step, { attempt, snapshot });
    }
    touch(run);
    this.changed(true);
  }

  /**
   * Takes one batch of live items. @returns whether the page should read the detail again: runs it does not know, or
   * points that became void and left rows without a value.
   */
  apply(items: readonly WatchItem[], now = Date.now()): boolean {
    let readAgain = false;
    let any = false;
    let values = false;
    const rows = new Map(this.rows.map((row, index) => [row.id, index]));
    const edit = (runId: string): RunRow | null => {
      const index = rows.get(runId);
      if (index === undefined) return null;
      const copy = { ...(this.rows[index] as RunRow) };
      if (!any) this.rows = [...this.rows];
      any = true;
      this.rows[index] = copy;
      return copy;
    };
    for (const item of items) {
      if (item.kind === "attempt") this.tell(item.runId, item.attempt);
      if (item.kind === "run") this.tell(item.row.id, item.row.attempt);
      if (item.kind === "points" && rows.has(item.runId)) {
        const run = this.of(item.runId);
        if (!mergePoint(run, item.step, item.attempt, item.values, this.generation)) continue;
        touch(run);
        const row = edit(item.runId) as RunRow;
        if (item.step >= this.lastStep(item.runId)) row.last = { ...row.last, ...item.values };
        row.step = Math.max(row.step, item.step);
        this.lastPointAt = now;
        values = true;
      } else if (item.kind === "attempt" && rows.has(item.runId)) {
        const row = edit(item.runId) as RunRow;
        values = true;
        if (item.attempt > row.attempt) row.attempt = item.attempt;
        if (item.device !== undefined) row.device = item.device;
        if (startAttempt(this.of(item.runId), item.attempt, item.resumedFromStep)) readAgain = true;
        row.step = Math.min(row.step, Math.max(item.resumedFromStep, this.lastStep(item.runId)));
      } else if (item.kind === "run" && item.row.experimentId === this.detail?.id) {
        const row = edit(item.row.id);
        if (row === null) readAgain = true;
        else if (item.row.attempt >= row.attempt) {
          if (item.row.status !== row.status || row.optimum === null || item.row.dataHash !== row.dataHash) values = true;
          const step = item.row.attempt === row.attempt ? Math.max(item.row.step, row.step) : item.row.step;
          Object.assign(row, item.row, { step });
        }
      } else if (item.kind === "progress" && rows.has(item.runId)) {
        const row = edit(item.runId) as RunRow;
        row.step = Math.max(row.step, item.step);
        row.stepMs = item.stepMs ?? row.stepMs;
      } else if (item.kind === "geometry" && rows.has(item.runId)) {
        const run = this.of(item.runId);
        if (!isValid(run, item.attempt, item.snapshot.step)) continue;
        if ((run.geometry.get(item.snapshot.step)?.attempt ?? 0) > item.attempt) continue;
        run.geometry.set(item.snapshot.step, { attempt: item.attempt, snapshot: item.snapshot });
        touch(run);
        any = true;
        values = true;
      } else if (item.kind === "experiment" && this.detail !== null && item.summary.id === this.detail.id) {
        this.detail = { ...this.detail, ...item.summary };
        any = true;
      } else if (item.kind === "removed" && item.runId !== undefined) readAgain ||= rows.has(item.runId) && !this.removed;
      else if (item.kind === "removed") {
        this.removed = true;
        any = true;
      } else if (item.kind === "restored") readAgain = true;
    }
    if (any) this.changed(values);
    return readAgain;
  }

  private tell(runId: string, attempt: number): void {
    this.told.set(runId, Math.max(attempt, this.told.get(runId) ?? 0));
  }

  /** It is not there any more; what is known of it stays. */
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

  /** One series, in order of steps. */
  series(runId: string, key: string): RunSeries {
    return seriesOf(this.of(runId), key);
  }

  /** Snapshots of a run, in order of steps. */
  geometry(runId: string): GeometrySnapshot[] {
    return [...(this.runs.get(runId)?.geometry ?? [])].sort(([a], [b]) => a - b).map(([, { snapshot }]) => snapshot);
  }

  /** Changes when a run's points do. */
  runVersion(runId: string): number {
    return this.runs.get(runId)?.version ?? 0;
  }
}
