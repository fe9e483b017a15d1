"use client";
import { memo, useMemo, useState } from "react";
import type { GeometrySnapshot } from "../../../contract/wire/runEvents.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { FigureMenu } from "../../charts/panel/FigureMenu.tsx";
import { fixed } from "../../text/plusMinus.ts";
import { DefinitionLink } from "../../ui/DefinitionLink.tsx";
import { Select, TextInput } from "../../ui/Field.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { geometryFigure } from "../model/geometry/geometryFigure.ts";
import { gramFigure } from "../model/geometry/gramFigure.ts";
import { type Rotation, startRotation } from "../model/geometry/rotate3d.ts";
import { whyNever } from "../model/metrics/measuredAt.ts";
import { classesOf, classesOfRun, namesOf, parseClasses, picked, rangesText, shownText } from "../model/metrics/shownClasses.ts";
import { TimeSlider } from "../parts/TimeSlider.tsx";
import { ClassLegend } from "./ClassLegend.tsx";
import { framingOf, GeometryCanvas } from "./GeometryCanvas.tsx";
import { GramHeatmap, idealCosines } from "./GramHeatmap.tsx";

interface GeometryViewProps {
  store: { geometry(runId: string): GeometrySnapshot[] };
  version: number;
  /** Whose features are shown; null: no run has any yet. */
  run: Pick<RunRow, "id" | "ordinal" | "optimum" | "classes" | "status"> | null;
  /** Runs to choose from, by their ordinals. */
  options: readonly { value: string; label: string }[];
  classNames: readonly string[] | undefined;
  /** Step; null: the latest. */
  at: number | null;
  onRun: (ordinal: number) => void;
  onAt: (step: number | null) => void;
}

/** With fewer, all are told apart. */
const fewClasses = 10;

/** The last layer's features turning into a simplex, and the Gram matrices next to their ideal. */
export const GeometryView = memo(function GeometryView(props: GeometryViewProps) {
  const { store, version, run, options, classNames, at, onRun, onAt } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const snapshots = useMemo(() => (run ? store.geometry(run.id) : []), [store, run?.id, version]);
  const steps = useMemo(() => snapshots.map((snapshot) => snapshot.step), [snapshots]);
  const index =
    at === null
      ? snapshots.length - 1
      : Math.max(
          0,
          steps.findLastIndex((step) => step <= at),
        );
  const [chosen, setChosen] = useState("");
  const whole = snapshots[index];
  const snapshot = useMemo(() => whole && picked(whole, parseClasses(chosen)), [whole, chosen]);
  const names = useMemo(() => snapshot && namesOf(snapshot, classNames), [snapshot, classNames]);
  const shown = snapshot ? shownText(snapshot) : null;
  const [rotation, setRotation] = useState<Rotation>(startRotation);
  const framing = useMemo(() => framingOf(snapshots), [snapshots]);
  const runName = options.find((option) => option.value === String(run?.ordinal))?.label ?? "run";
  const ideal = run?.optimum?.geometry === "orthogonal" ? "orthogonal" : "simplex";
  const idealGram = useMemo(
    () => (snapshot ? idealCosines(snapshot.classes, ideal, classesOfRun(snapshot)) : []),
    [snapshot, ideal],
  );

  return (
    <Panel
      testId="geometry"
      title={
        <DefinitionLink anchor="nc2" name="NC2">
          Geometry of the last layer
        </DefinitionLink>
      }
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
              name="Geometry"
              figure={() => geometryFigure(snapshot, rotation, framing.unit, names, runName)}
            />
            <FigureMenu
              title="Gram matrices"
              name="Gram matrices"
              figure={() => gramFigure(snapshot, ideal, idealGram, names, runName)}
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
            onChange={(value) => onRun(Number(value))}
          />
        )}
        {whole && whole.classes > fewClasses && (
          <TextInput
            aria-label="Classes of the geometry view"
            title={`Which of the ${whole.classes} classes of this picture are shown: ${rangesText(classesOf(whole))}`}
            placeholder="all classes, or 0-9, 20"
            className="!h-7 !w-40 text-xs"
            value={chosen}
            onChange={(event) => setChosen(event.target.value)}
          />
        )}
        <TimeSlider steps={steps} at={at} onAt={onAt} label="Step of the geometry" />
      </div>
      {snapshot ? (
        <div className="grid gap-4 p-4 pt-2 lg:grid-cols-2">
          <div className="min-w-0">
            <GeometryCanvas
              snapshot={snapshot}
              framing={framing}
              height={360}
              classNames={names}
              rotation={rotation}
              onRotation={setRotation}
            />
            <ClassLegend classes={snapshot.classes} classNames={names} />
            <p className="mt-1 text-2xs text-ink-faint">
              {shown !== null && `${shown}. `}
              {snapshot.samples.length > 0 && "Dots: samples; "}
              {snapshot.samples.length > 0 ? "discs" : "Discs"}: class means
              {snapshot.ideal.length > 0 && "; rings and dashes: the nearest regular simplex"}. Drag to rotate, double-click to
              reset.
              {snapshot.samples.length === 0 && " Samples are not shown: they stay where the run was trained."}
            </p>
          </div>
          <div className="flex min-w-0 flex-col justify-center gap-3">
            <div className="flex gap-3">
              <GramHeatmap title="class means" cosines={snapshot.meansGram} classes={snapshot.classes} names={names} />
              {snapshot.headGram.length > 0 && (
                <GramHeatmap title="classifier rows" cosines={snapshot.headGram} classes={snapshot.classes} names={names} />
              )}
              <GramHeatmap
                title={`ideal ${ideal === "simplex" ? "simplex" : "frame"}`}
                cosines={idealGram}
                classes={snapshot.classes}
                names={names}
              />
            </div>
            <CosineScale ideal={ideal === "simplex" ? -1 / (classesOfRun(snapshot) - 1) : 0} />
          </div>
        </div>
      ) : (
        <p className="px-4 py-16 text-center text-ink-soft text-sm">
          {(run && whyNever([run], "geometry")) ??
            "The class means and samples of a run appear here with its first measurement, and turn into a simplex as it collapses."}
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
