"use client";
import { memo, useMemo, useState } from "react";
import type { RunRow } from "../../../contract/wire/views.ts";
import { FigureMenu } from "../../charts/panel/FigureMenu.tsx";
import type { ExperimentStore } from "../../live/ExperimentStore.ts";
import { fixed } from "../../text/plusMinus.ts";
import { Select } from "../../ui/Field.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { geometryFigure } from "../model/geometry/geometryFigure.ts";
import { gramFigure } from "../model/geometry/gramFigure.ts";
import { type Rotation, startRotation } from "../model/geometry/rotate3d.ts";
import { cellNamer, compareConfigs, gridAxisIds, varyingAxes } from "../model/grid/gridAxes.ts";
import { isBeyondClasses, notMeasured } from "../model/metrics/classLimit.ts";
import { geometryRun } from "../model/runs/shownRuns.ts";
import { TimeSlider } from "../parts/TimeSlider.tsx";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";
import { ClassLegend } from "./ClassLegend.tsx";
import { framingOf, GeometryCanvas } from "./GeometryCanvas.tsx";
import { GramHeatmap, idealCosines } from "./GramHeatmap.tsx";
import { useClassNames } from "./useClassNames.ts";

interface GeometryPanelProps {
  store: ExperimentStore;
  version: number;
  view: ResultView;
  onView: ChangeView;
}

/** The last layer's features turning into a simplex, and the Gram matrices next to their ideal. */
export const GeometryPanel = memo(function GeometryPanel({ store, version, view, onView }: GeometryPanelProps) {
  const run = geometryRun(store.chartRows, view.geometryRun);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const snapshots = useMemo(() => (run ? store.geometry(run.id) : []), [store, run?.id, version]);
  const steps = useMemo(() => snapshots.map((snapshot) => snapshot.step), [snapshots]);
  const index =
    view.geometryStep === null
      ? snapshots.length - 1
      : Math.max(
          0,
          steps.findLastIndex((step) => step <= (view.geometryStep as number)),
        );
  const snapshot = snapshots[index];
  const [rotation, setRotation] = useState<Rotation>(startRotation);
  const framing = useMemo(() => framingOf(snapshots), [snapshots]);
  const classNames = useClassNames(run?.id ?? null);
  const options = useMemo(() => runOptions(store.chartRows), [store.chartRows]);
  const runName = options.find((option) => option.value === String(run?.ordinal))?.label ?? "run";
  const ideal = run?.optimum?.geometry === "orthogonal" ? "orthogonal" : "simplex";
  const idealGram = useMemo(() => (snapshot ? idealCosines(snapshot.classes, ideal) : []), [snapshot, ideal]);

  return (
    <Panel
      testId="geometry"
      title="Geometry of the last layer"
      hint={
        snapshot && snapshot.explained >= 0 && snapshot.explained <= 1.005
          ? `${Math.round(snapshot.explained * 100)} % of the class means' variance in these three directions`
          : undefined
      }
      padded={false}
      actions={
        snapshot && (
          <>
            <FigureMenu
              title="Geometry"
              measures={[]}
              figure={() => geometryFigure(snapshot, rotation, framing.unit, classNames, runName)}
            />
            <FigureMenu
              title="Gram matrices"
              measures={[]}
              figure={() => gramFigure(snapshot, ideal, idealGram, classNames, runName)}
            />
          </>
        )
      }
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 pt-2">
        {options.length > 0 && (
          <Select
            aria-label="Run of the geometry view"
            className="!h-7 !w-auto max-w-64 text-xs"
            options={options}
            value={String(run?.ordinal ?? options[0]?.value ?? "")}
            onChange={(value) => onView({ geometryRun: Number(value), geometryStep: null })}
          />
        )}
        <TimeSlider
          steps={steps}
          at={view.geometryStep}
          onAt={(step) => onView({ geometryStep: step })}
          label="Step of the geometry"
        />
      </div>
      {snapshot ? (
        <div className="grid gap-4 p-4 pt-2 lg:grid-cols-2">
          <div className="min-w-0">
            <GeometryCanvas
              snapshot={snapshot}
              framing={framing}
              height={360}
              classNames={classNames}
              rotation={rotation}
              onRotation={setRotation}
            />
            <ClassLegend classes={snapshot.classes} classNames={classNames} />
            <p className="mt-1 text-2xs text-ink-faint">
              Dots: samples; discs: class means; rings and dashes: the nearest regular simplex. Drag to rotate, double-click to
              reset.
            </p>
          </div>
          <div className="flex min-w-0 flex-col justify-center gap-3">
            <div className="flex gap-3">
              <GramHeatmap title="class means" cosines={snapshot.meansGram} classes={snapshot.classes} names={classNames} />
              <GramHeatmap title="classifier rows" cosines={snapshot.headGram} classes={snapshot.classes} names={classNames} />
              <GramHeatmap
                title={`ideal ${ideal === "simplex" ? "simplex" : "frame"}`}
                cosines={idealGram}
                classes={snapshot.classes}
                names={classNames}
              />
            </div>
            <CosineScale ideal={ideal === "simplex" ? -1 / (snapshot.classes - 1) : 0} />
          </div>
        </div>
      ) : (
        <p className="px-4 py-16 text-center text-ink-soft text-sm">
          {run && isBeyondClasses([run], "geometry")
            ? notMeasured
            : "The class means and samples of a run appear here with its first measurement, and turn into a simplex as it collapses."}
        </p>
      )}
    </Panel>
  );
});

function CosineScale({ ideal }: { ideal: number }) {
  return (
    <div className="text-2xs text-ink-faint">
      <div
        className="h-2 rounded-sm border border-line"
        style={{
          background: "linear-gradient(90deg in oklab, var(--arch-rn1), var(--surface), var(--arch-rn2))",
        }}
      />
      <div className="relative mt-0.5 flex justify-between">
        <span>−1</span>
        <span className="absolute -translate-x-1/2" style={{ left: `${((ideal + 1) / 2) * 100}%` }}>
          {ideal === 0 ? "0" : `${fixed(ideal, 2)} ideal`}
        </span>
        <span>cosine 1</span>
      </div>
    </div>
  );
}

function runOptions(rows: readonly RunRow[]): { value: string; label: string }[] {
  const begun = rows.filter((row) => row.step > 0 || Object.keys(row.last).length > 0);
  const axes = varyingAxes(rows.map((row) => row.config));
  const labelAxes = axes.length > 0 ? axes : gridAxisIds.filter((axis) => axis === "depth");
  const nameOf = cellNamer(rows.map((row) => row.config));
  return [...begun]
    .sort((a, b) => compareConfigs(a.config, b.config))
    .map((row) => ({ value: String(row.ordinal), label: nameOf(row.config, labelAxes) }));
}
