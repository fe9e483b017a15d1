import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type { AxisOptions } from "../../../../app/charts/axes/axisOptions.ts";
import { axisTicks } from "../../../../app/charts/axes/axisTicks.ts";
import { type AxisKind, fromPlot } from "../../../../app/charts/axes/plotCoordinates.ts";
import type { ChartSeries, ReferenceMark } from "../../../../app/charts/chartTypes.ts";
import { pgfplots } from "../../../../app/charts/export/pgfplots.ts";
import { bandBars, bandPieces, heldPixel, layoutChart } from "../../../../app/charts/layout/chartGeometry.ts";
import { placeReferences } from "../../../../app/charts/layout/placeReferences.ts";
import { smoothSeries } from "../../../../app/charts/layout/smoothSeries.ts";
import { describeGaps } from "../../../../app/charts/layout/splitGaps.ts";
import { framingOf } from "../../../../app/result/geometry/GeometryCanvas.tsx";
import { GramHeatmap } from "../../../../app/result/geometry/GramHeatmap.tsx";
import { valueText } from "../../../../app/result/model/metrics/valueText.ts";
import { convergenceSpeed } from "../../../../app/result/model/speed/convergenceSpeed.ts";
import { findings } from "../../../../app/result/model/study/findings.ts";
import { studyCurves } from "../../../../app/result/model/study/studyCurves.ts";
import { curveSeries, optimumMarks, theoryWedges } from "../../../../app/result/model/study/studySeries.ts";
import { formatMeasure } from "../../../../app/text/formatNumber.ts";
import { plusMinus } from "../../../../app/text/plusMinus.ts";
import { readable, shortNumber } from "../../../../app/text/shortNumber.ts";
import { Progress } from "../../../../app/ui/Progress.tsx";
import { Sparkline } from "../../../../app/ui/Sparkline.tsx";
import { aRow } from "../builders.ts";

/** Every number that a float64 can be and a chart may stumble over; all of them are finite, as on the wire. */
const hostile = [
  0,
  -0,
  5e-324,
  1e-320,
  2.2e-308,
  1e-300,
  1e-13,
  1e-12,
  0.5,
  -0.5,
  1,
  1e15,
  1e21,
  1e300,
  1.0000001e300,
  1e308,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  -1e-320,
];
const pairs = hostile.flatMap((a) => hostile.map((b) => [a, b] as const));
const kinds: AxisKind[] = ["linear", "log10", "log2"];
const line = (xs: readonly number[], ys: readonly (number | null)[]): ChartSeries => ({
  id: "line",
  label: "line",
  style: { colour: "red", dash: "", marker: "circle" },
  xs,
  ys,
  draw: "line",
  band: { low: ys, high: [...ys].reverse() },
});

/** Everything that a chart would write into its picture, on scales as its library makes them. */
function drawnNumbers(series: ChartSeries[], x: AxisOptions, y: AxisOptions, references: ReferenceMark[]): number[] {
  const { drawn, xDomain, yDomain } = layoutChart(series, x, y, references);
  const scale =
    ([low, high]: [number, number], from: number, to: number) =>
    (at: number) => {
      const pixel = from + ((at - low) / (high - low)) * (to - from);
      // A NaN stays one.
      return heldPixel(pixel);
    };
  const [px, py] = [scale(xDomain, 40, 400), scale(yDomain, 200, 10)];
  const numbers: number[] = [...xDomain, ...yDomain];
  for (const { points, gaps } of drawn) {
    for (const point of points) numbers.push(px(point.x), ...(point.y === null ? [] : [py(point.y)]));
    for (const gap of gaps) numbers.push(px(gap.x));
    for (const weight of [0.5, 0.97])
      for (const smooth of smoothSeries(
        points.map((point) => point.y),
        weight,
      ))
        if (smooth !== null) numbers.push(py(smooth));
  }
  for (const one of series)
    for (const edge of [bandPieces(one, x.kind, y.kind).flat(), bandBars(one, x.kind, y.kind)].flat())
      numbers.push(px(edge.x), py(edge.low), py(edge.high));
  for (const tick of axisTicks(x, xDomain, 360)) numbers.push(px(tick.at));
  for (const tick of axisTicks(y, yDomain, 190, 36)) numbers.push(py(tick.at));
  const area = { x: 40, y: 10, width: 360, height: 190 };
  for (const placed of placeReferences(references, { xKind: x.kind, yKind: y.kind, xDomain, area, px, py })) {
    numbers.push(placed.x, placed.y);
    expect(placed.path).not.toMatch(/NaN|Infinity/);
  }
  for (const end of [...xDomain.map((at) => fromPlot(at, x.kind)), ...yDomain.map((at) => fromPlot(at, y.kind))])
    numbers.push(end);
  return numbers;
}

describe("numbers that hardly fit into a float64", () => {
  for (const kind of kinds)
    test(`give a picture without NaN and Infinity on a ${kind} axis, as x, as y and as a reference`, () => {
      for (const [a, b] of pairs) {
        const values: AxisOptions = { label: "value", kind };
        const steps: AxisOptions = { label: "step", kind: "linear" };
        for (const number of [
          ...drawnNumbers([line([0, 1, 2], [a, b, null])], steps, values, [{ y: a, label: "a" }]),
          ...drawnNumbers([line([a, b], [1, 2])], values, steps, []),
          ...drawnNumbers([line([1, 2], [a, 0.5])], { ...steps, tickValues: [a, b] }, values, [{ y: b, label: "b" }]),
          ...drawnNumbers([line([1, 2], [0.5, 1])], { ...steps, range: [a, b] }, { ...values, range: [a, b] }, []),
        ])
          if (!Number.isFinite(number)) throw new Error(`${number} from ${a} and ${b}`);
      }
    });

  test("are drawn, or are a gap that is named", () => {
    for (const kind of kinds)
      for (const value of hostile) {
        const { drawn } = layoutChart([line([1], [value])], { label: "x", kind: "linear" }, { label: "y", kind });
        const isDrawn = drawn[0]?.points[0]?.y !== null;
        expect([value, kind, isDrawn || describeGaps(drawn) !== null]).toEqual([value, kind, true]);
      }
    const linear = layoutChart([line([1, 2], [1e308, 3])], { label: "x", kind: "linear" }, { label: "y", kind: "linear" });
    expect(describeGaps(linear.drawn)).toBe("1 point beyond ±10³⁰⁰: a cross on the axis");
  });

  test("are told in words that are numbers", () => {
    for (const value of hostile)
      for (const text of [
        shortNumber(value),
        readable(value),
        formatMeasure(value),
        plusMinus(value, null),
        valueText(value, "gap.total"),
        valueText(value, "accuracy"),
      ]) {
        expect(text).not.toMatch(/NaN|Infinity|undefined/);
        expect(text.length).toBeLessThan(16);
      }
    expect(shortNumber(1e308)).toBe("10³⁰⁸");
    expect(valueText(1e308, "gap.total")).toBe("1.00×10³⁰⁸");
  });

  test("leave exports for TeX that TeX can read", () => {
    for (const [a, b] of pairs) {
      const one = { ...line([1, 2], [a, b]), dash: "", bars: true };
      const text = pgfplots({
        ...{ title: "t", xLabel: "x", yLabel: "y", xKind: "log2", yKind: "log10", lines: [one, { ...one, bars: false }] },
        references: [{ y: a, label: "a" }],
        wedges: [{ x: 4, y: a, slopes: [-0.5, -0.25], from: 2, to: 64, label: "w" }],
      });
      expect(text).not.toMatch(/NaN|Infinity/);
    }
  });
});

describe("small pictures of them", () => {
  const markup = (element: Parameters<typeof renderToStaticMarkup>[0]) => renderToStaticMarkup(element);
  test("sparklines, heat maps and bars have only numbers in their attributes", () => {
    for (const [a, b] of pairs) {
      const pictures = [
        markup(createElement(Sparkline, { values: [a, b, 1] })),
        markup(
          createElement(GramHeatmap, {
            title: "t",
            cosines: [1, a, b, 1],
            classes: 2,
            deviations: [0, Math.abs(b), Math.abs(a), 0],
          }),
        ),
        markup(createElement(Progress, { share: a / b, label: "p" })),
      ];
      for (const picture of pictures) expect(picture).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  test("class means of any size fill their picture", () => {
    for (const size of [5e-324, 1e-320, 1e-9, 1, 1e154, 1e308, Number.MAX_VALUE]) {
      const picture = { step: 0, classes: 2, means: [size, 0, 0, -size, 0, 0], ideal: [0, size, 0, 0, -size, 0] };
      const { unit, radius } = framingOf([{ ...picture, samples: [], labels: [], explained: 1, meansGram: [], headGram: [] }]);
      expect([unit, radius]).toEqual([size, 1.1]);
    }
  });
});

describe("studies with them", () => {
  const names = ["train/nc1.ratio", "train/gap.total", "train/loss", "train/accuracy", "test/accuracy"];
  const rows = [2, 4, 8].flatMap((depth) =>
    hostile.map((value, seed) =>
      aRow(
        { depth, seed },
        Object.fromEntries(
          names.flatMap((name) => [
            [name, value],
            [`${name}@${depth}`, value],
          ]),
        ),
      ),
    ),
  );
  test("have curves, slopes, sectors and marks of numbers, and findings in words", () => {
    for (const metric of ["nc1.ratio", "gap.total", "loss", "accuracy"] as const)
      for (const log of [true, false]) {
        const { curves, baselines } = studyCurves(rows, {
          metric,
          split: "train",
          x: "depth",
          lines: [],
          log,
          fit: null,
          rule: undefined,
        });
        const series = curveSeries(curves, baselines, rows, { metricLabel: "m", kind: "log2", places: [2, 4, 8] });
        const references = optimumMarks(curves, metric, false);
        const y: AxisOptions = { label: "y", kind: log ? "log10" : "linear" };
        const x: AxisOptions = { label: "depth", kind: "log2", tickValues: [2, 4, 8] };
        for (const number of drawnNumbers(series, x, y, references)) expect(Number.isFinite(number)).toBe(true);
        for (const wedge of theoryWedges(curves, metric, "train"))
          for (const number of [wedge.x, wedge.y, wedge.from, wedge.to, ...wedge.slopes])
            expect(Number.isFinite(number)).toBe(true);
      }
    const { lines, caveats } = findings(rows, undefined);
    expect([...lines.map((one) => one.text), ...caveats].join(" ")).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("have a speed of convergence", () => {
    const series = { steps: hostile.map((_, step) => step), values: hostile };
    const lines = convergenceSpeed(rows, () => series, { metric: "nc1.ratio", tau: 0.1, gap: 0.1, lines: [], rule: undefined });
    expect(JSON.stringify(lines)).not.toMatch(/NaN/);
    expect(lines.length).toBeGreaterThan(0);
  });
});
