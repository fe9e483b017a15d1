import { describe, expect, test } from "vitest";
import { stepOfX, xOfSteps } from "../../../../../app/charts/axes/seriesX.ts";
import type { ChartSeries } from "../../../../../app/charts/chartTypes.ts";
import { chartCsv } from "../../../../../app/charts/export/chartCsv.ts";
import { escapeLatex } from "../../../../../app/charts/export/escapeLatex.ts";
import { pgfplots } from "../../../../../app/charts/export/pgfplots.ts";
import { csvCell } from "../../../../../contract/csv.ts";

describe("pgfplots", () => {
  const text = pgfplots({
    title: "NC1 & 50 % of {K}",
    xLabel: "depth L",
    yLabel: "NC1",
    xKind: "log2",
    yKind: "log10",
    lines: [
      {
        label: "λ=0.005_x",
        xs: [2, 4, 8],
        ys: [0.5, 0, null],
        dash: "",
        band: { low: [0.4, null, null], high: [0.6, null, null] },
      },
    ],
    references: [{ y: 0.0228, label: "L* = 0.0228" }],
    wedges: [{ x: 4, y: 0.4, slopes: [-0.5, -0.25], from: 1, to: 16, label: "theory's slopes −1/2…−1/4, RN1" }],
    notes: ["geometric mean", "two\nlines"],
  });
  test("draws the theory's sector as both arms through its centre, and says what the chart says", () => {
    const arm = (slope: number, x: number) => 0.4 * (x / 4) ** slope;
    expect(text).toContain(
      `coordinates {(1,0.8) (4,0.4) (16,0.2) (16,${arm(-0.25, 16)}) (4,0.4) (1,${arm(-0.25, 1)})} --cycle;\n\\addlegendentry{theory's slopes $-$1/2\\dots{}$-$1/4, RN1}`,
    );
    expect(text).toContain("\n% geometric mean\n% two lines\n\\begin{tikzpicture}");
  });
  test("keeps every number and leaves gaps open", () => {
    expect(text).toContain("2 0.5\n  4 nan\n  8 nan");
    expect(text).toContain("unbounded coords=jump");
    expect(text).toContain("log basis x=2");
    expect(text).toContain("fill between[of=low0 and high0]");
    expect(text).toContain("(2,0.0228) (8,0.0228)");
  });
  test("escapes what LaTeX would take for commands", () => {
    expect(text).toContain("title={NC1 \\& 50 \\% of \\{K\\}}");
    expect(text).toContain("$\\lambda$=0.005\\_x");
    expect(escapeLatex("ε ≤ 0.1, ℓ∞, ρ, τ")).toBe("$\\varepsilon$ $\\le$ 0.1, $\\ell$$\\infty$, $\\rho$, $\\tau$");
    expect(escapeLatex("\\input{/etc/passwd}")).toBe("\\textbackslash{}input\\{/etc/passwd\\}");
  });
  test("is balanced", () => {
    expect(text.match(/\\begin/g)?.length).toBe(text.match(/\\end\{/g)?.length);
  });
});

describe("CSV of a chart", () => {
  test("has full precision and empty gaps", () => {
    const series: ChartSeries[] = [
      { id: "a", label: "L = 5", style: { colour: "", dash: "", marker: "circle" }, xs: [1, 2], ys: [1 / 3, null], draw: "line" },
    ];
    expect(chartCsv(series, { label: "step" }, "NC1")).toBe(
      `series,step,NC1,low,high,note\r\nL = 5,1,${1 / 3},,,\r\nL = 5,2,,,,\r\n`,
    );
  });
  test("says the true x of dots that were moved apart", () => {
    const dots: ChartSeries = {
      id: "a",
      label: "runs",
      style: { colour: "", dash: "", marker: "circle" },
      xs: [1.98, 2.02],
      trueXs: [2, 2],
      ys: [1, 2],
      draw: "dots",
    };
    expect(chartCsv([dots], { label: "depth L" }, "NC1").split("\r\n").slice(1, 3)).toEqual(["runs,2,1,,,", "runs,2,2,,,"]);
  });
  test("names categories, wherever their points were moved", () => {
    const bars: ChartSeries = {
      id: "a",
      label: "NC1",
      style: { colour: "", dash: "", marker: "circle" },
      xs: [0.15, 1.15],
      trueXs: [0, 1],
      ys: [1, 2],
      draw: "dots",
      bars: true,
      band: { low: [0.5, null], high: [2, null] },
    };
    const axis = { label: "regularizer", categories: ["λ=0.005", "no decay"] };
    expect(chartCsv([bars], axis, "NC1").split("\r\n").slice(0, 3)).toEqual([
      "series,regularizer,NC1,low,high,note",
      "NC1,λ=0.005,1,0.5,2,",
      "NC1,no decay,2,,,",
    ]);
    const tex = pgfplots({
      ...{ title: "NC1", xLabel: "regularizer", yLabel: "NC1", xKind: "linear", yKind: "linear", references: [] },
      categories: axis.categories,
      lines: [{ ...bars, dash: "" }],
    });
    expect(tex).toContain("xticklabels={{$\\lambda$=0.005},{no decay}}");
    expect(tex).toContain("  0.15 1 1 0.5\n  1.15 2 0 0\n");
  });
  test("defuses formulas", () => {
    for (const text of ["=1+1", "+1", "-1", "@x"]) expect(csvCell(text)).toBe(`'${text}`);
    expect(csvCell('a,"b"')).toBe('"a,""b"""');
  });
});

describe("horizontal axis of a training panel", () => {
  const map = { stepsPerEpoch: 4, elapsed: { steps: [0, 100], values: [0, 2_000] } };
  test("counts steps, epochs or seconds", () => {
    expect(xOfSteps([0, 50], "step", map)).toEqual([0, 50]);
    expect(xOfSteps([0, 50], "epoch", map)).toEqual([0, 12.5]);
    expect(xOfSteps([0, 50], "time", map)).toEqual([0, 1]);
    expect(xOfSteps([5], "time", {})).toEqual([null]);
  });
  test("turns a zoomed range back into steps", () => {
    expect(stepOfX(12.5, "epoch", map)).toBe(50);
    expect(stepOfX(1, "time", map)).toBe(50);
    expect(stepOfX(1, "time", {})).toBeNull();
  });
});
