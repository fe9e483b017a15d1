"use client";
import Link from "next/link";
import { useEffect, useMemo, useRef, useState } from "react";
import { useAddress } from "../address/useAddress.ts";
import type { ChartSeries } from "../charts/chartTypes.ts";
import { ExportFactsContext } from "../charts/export/ExportFacts.ts";
import { ChartPanel } from "../charts/panel/ChartPanel.tsx";
import { definitionsPage } from "../links.ts";
import { Formula } from "../ui/Formula.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Panel } from "../ui/Panel.tsx";
import { objectiveText } from "./formulas.ts";
import { OptimumNumbers } from "./OptimumNumbers.tsx";
import { FramePicture, GramPicture } from "./OptimumPictures.tsx";
import { SlackCharts } from "./SlackCharts.tsx";
import { TheoryControls } from "./TheoryControls.tsx";
import { defaultInputs, hasTrainedRows, readInputs, type TheoryInputs, writeInputs } from "./theoryInputs.ts";
import { useOptimumCurve, useSlackCurve, useSolution } from "./useOptimum.ts";
import { useTheorySource } from "./useTheorySource.ts";

const ink = { colour: "var(--ink)", dash: "", marker: "circle" } as const;
const soft = { colour: "var(--accent)", dash: "5 3", marker: "square" } as const;
const here = { colour: "var(--accent)", dash: "", marker: "circle" } as const;

/** The optimum over free features as a function of its numbers, computed here in float64. */
export function TheoryView() {
  const [inputs, setInputs] = useInputsInAddress();
  const { solution, searching } = useSolution(inputs);
  const { curve, searching: drawing } = useOptimumCurve(inputs);
  const slack = useSlackCurve(inputs);
  const text = objectiveText(inputs);
  const source = useTheorySource(inputs);
  const optimum = "optimum" in solution ? solution.optimum : null;

  const lossSeries = useMemo((): ChartSeries[] => {
    const lines: ChartSeries[] = [
      { id: "loss", label: "L*", style: ink, xs: curve.lambdas, ys: curve.losses, draw: "line" },
      { id: "fit", label: "fit", style: soft, xs: curve.lambdas, ys: curve.fits, draw: "line" },
    ];
    if (optimum && inputs.lambda > 0)
      lines.push({ id: "here", label: "chosen λ", style: here, xs: [inputs.lambda], ys: [optimum.loss], draw: "dots" });
    return lines;
  }, [curve, optimum, inputs.lambda]);
  const scaleSeries = useMemo((): ChartSeries[] => {
    const lines: ChartSeries[] = [{ id: "scale", label: "s", style: ink, xs: curve.lambdas, ys: curve.scales, draw: "line" }];
    if (optimum && inputs.lambda > 0)
      lines.push({ id: "here", label: "chosen λ", style: here, xs: [inputs.lambda], ys: [optimum.scale], draw: "dots" });
    return lines;
  }, [curve, optimum, inputs.lambda]);
  const formatLambda = (x: number) => `λ = ${Number(x.toPrecision(3))}`;
  const lambdaAxis = useMemo(() => ({ label: "λ", kind: "log10" as const }), []);
  const drawable = hasTrainedRows(inputs) && curve.losses.some((value) => value !== null);

  return (
    <>
      <div className="mb-4">
        <h1 className="font-semibold text-xl tracking-tight">Theory</h1>
        <p className="mt-1 max-w-3xl text-ink-soft text-sm">
          Set the last layer's features free, and the training objective has a global optimum: its value L*, the scale s of the
          classifier rows, and their geometry; in closed form with equal classes, searched for here otherwise. Every run is
          measured against it; what is measured is under{" "}
          <Link href={definitionsPage()} className="text-accent hover:underline">
            Definitions
          </Link>
          .
        </p>
      </div>
      <div className="grid gap-4 lg:grid-cols-[320px_minmax(0,1fr)]">
        <div className="space-y-4">
          <Panel
            title="Model"
            actions={
              <button
                type="button"
                className="text-ink-faint text-xs underline decoration-line-strong underline-offset-2 hover:text-ink"
                onClick={() => setInputs(defaultInputs)}
              >
                Reset
              </button>
            }
          >
            <TheoryControls inputs={inputs} onChange={setInputs} />
          </Panel>
        </div>
        <div className="min-w-0 space-y-4">
          {optimum === null && searching ? (
            <Panel>
              <p role="status" className="text-ink-soft text-sm">
                Searching for the optimum…
              </p>
            </Panel>
          ) : optimum === null ? (
            <div
              role="alert"
              data-testid="no-optimum"
              className="flex items-center gap-3 rounded-lg border border-line bg-warn-soft px-4 py-3 text-sm text-warn"
            >
              <Icon name="warning" />
              <span>No optimum for these numbers: {"problem" in solution ? solution.problem : ""}.</span>
            </div>
          ) : (
            <OptimumNumbers optimum={optimum} searching={searching} />
          )}
          <Panel title={text.title}>
            <p className="mb-3 text-ink-soft text-sm">{text.about}</p>
            <div className="space-y-3 overflow-x-auto py-1">
              <Formula display tex={text.objective} />
              {text.optimum.map((tex) => (
                <Formula key={tex} display tex={tex} />
              ))}
            </div>
            <p className="mt-3 text-ink-faint text-xs">{text.source}</p>
          </Panel>
          <ExportFactsContext value={source}>
            {drawable && (
              <div className="grid gap-4 xl:grid-cols-2">
                <ChartPanel
                  panelId="loss"
                  headingLevel={2}
                  title="L* over λ"
                  hint={
                    drawing ? "searching for the rest of the curve…" : "the lowest loss that any network with this head can reach"
                  }
                  series={lossSeries}
                  x={lambdaAxis}
                  y={{ label: "L*", kind: "log10" }}
                  height={260}
                  crosshairAxis="λ"
                  formatX={formatLambda}
                />
                <ChartPanel
                  panelId="scale"
                  headingLevel={2}
                  title="s over λ"
                  hint="norm of a classifier row at the optimum"
                  series={scaleSeries}
                  x={lambdaAxis}
                  y={{ label: "s", kind: "log10" }}
                  height={260}
                  crosshairAxis="λ"
                  formatX={formatLambda}
                />
              </div>
            )}
            {slack.curve && <SlackCharts inputs={inputs} optimum={optimum} curve={slack.curve} searching={slack.searching} />}
          </ExportFactsContext>
          {optimum && (
            <div className="grid gap-4 md:grid-cols-2">
              <Panel title="Gram matrix">
                <GramPicture optimum={optimum} />
              </Panel>
              <Panel title="Geometry">
                <FramePicture optimum={optimum} />
              </Panel>
            </div>
          )}
        </div>
      </div>
    </>
  );
}

/** The inputs, at once on the screen and a moment later in the address, which a dragged slider must not flood. */
function useInputsInAddress(): [TheoryInputs, (inputs: TheoryInputs) => void] {
  const address = useAddress();
  const fromAddress = readInputs(address.get);
  const shownInAddress = JSON.stringify(writeInputs(fromAddress));
  const [inputs, setInputs] = useState(fromAddress);
  const written = useRef(shownInAddress);
  // Back and Forward change the address without this page: the inputs follow it.
  useEffect(() => {
    if (shownInAddress === written.current) return;
    written.current = shownInAddress;
    setInputs(readInputs((name) => new URLSearchParams(window.location.search).get(name)));
  }, [shownInAddress]);
  const setInAddress = address.set;
  useEffect(() => {
    const next = writeInputs(inputs);
    if (JSON.stringify(next) === written.current) return;
    const timer = setTimeout(() => {
      written.current = JSON.stringify(next);
      setInAddress(next);
    }, 200);
    return () => clearTimeout(timer);
  }, [inputs, setInAddress]);
  return [inputs, setInputs];
}
