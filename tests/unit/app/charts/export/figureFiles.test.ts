import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { figureName } from "../../../../../app/charts/export/exportPicture.ts";
import type { ChartFigure, MapsFigure } from "../../../../../app/charts/export/figure.ts";
import { figureFacts } from "../../../../../app/charts/export/figureFacts.ts";
import { figureSvg, figureText } from "../../../../../app/charts/export/figureFile.ts";
import { texNumber } from "../../../../../app/charts/export/latexTable.ts";
import { cosineColour, palette, plainColour } from "../../../../../app/charts/export/plainColour.ts";
import { pngWithFacts } from "../../../../../app/charts/export/pngText.ts";
import { cosineFacts } from "../../../../../app/result/model/metrics/panelFacts.ts";
import { findPython } from "../../../../support/processes/findPython.ts";

const source = {
  name: "RN1, 50 %",
  facts: [
    ["experiment", "RN1 & <50 %> (id)"],
    ["program", "Collapsar 0.1.0"],
    ["config", "sha256 abc"],
    ["seeds", "0 1 2"],
    ["data", "sha256 def"],
  ] as const,
};
const white = { ground: "white", dark: true } as const;
const clear = { ground: "transparent", dark: true } as const;

const chart: ChartFigure = {
  kind: "chart",
  title: 'NC1 over "depth" & more',
  panelId: "study",
  x: { label: "depth L", kind: "log2", tickValues: [2, 4, 8] },
  y: { label: "NC1_x, geometric mean", kind: "log10" },
  series: [
    {
      id: "a/runs",
      label: "RN1: single runs",
      style: { colour: "light-dark(oklch(0.5 0.1 222), oklch(0.7 0.1 222))", dash: "", marker: "square" },
      xs: [1.98, 2.02],
      trueXs: [2, 2],
      ys: [0.5, 0.7],
      hollow: [false, true],
      draw: "dots",
      minor: true,
      notes: ["seed 0", "=1+1"],
    },
    {
      id: "a",
      label: "_RN1 $λ$, N = 5",
      shortLabel: "RN1",
      style: { colour: "#3049c9", dash: "5 2.5", marker: "circle" },
      xs: [2, 4, 8],
      ys: [0.6, 1 / 3, null],
      draw: "line-and-dots",
      band: { low: [0.4, 0.3, null], high: [0.8, 0.4, null] },
      samples: [[0.5, 0.7], [0.25, 0.5], []],
      slope: { slope: -0.505, standardError: 0.064, low: -0.681, high: -0.328, from: 2, to: 8, count: 5 },
      endLabel: "5",
    },
    {
      id: "b",
      label: "hidden",
      hidden: true,
      style: { colour: "var(--arch-rn2)", dash: "", marker: "star" },
      xs: [2],
      ys: [-0],
      draw: "line",
    },
  ],
  references: [{ y: 0.2, label: "L* = 0.2" }],
  wedges: [{ x: 4, y: 0.4, slopes: [-0.5, -0.25], from: 2, to: 8, label: "theory" }],
  drops: [],
  floor: null,
  smoothing: 0,
  notes: ["1 gap"],
};
const maps: MapsFigure = {
  kind: "maps",
  title: "Gram matrices",
  panelId: "gram",
  notes: [],
  maps: [
    {
      title: "class means",
      names: ["cat", "=dog"],
      cosines: [1, -0.25, -0.25, 1],
      deviations: [0, 0.02, 0.02, 0],
      count: 3,
      block: 1,
    },
  ],
};
const at = new Date("2026-01-02T03:04:05Z");
const factsOf = (figure: ChartFigure | MapsFigure) => figureFacts(source, figure, ["train/nc1.ratio", "log/my metric"], at);
const textOf = (
  format: Parameters<typeof figureText>[0],
  figure: ChartFigure | MapsFigure,
  look: typeof white | typeof clear = white,
) => figureText(format, figure, factsOf(figure), "name", look);

describe("the head of a figure's file", () => {
  test("says study, program, config, seeds, data, what was measured and how", () => {
    const facts = Object.fromEntries(factsOf(chart));
    expect(facts).toMatchObject({
      figure: 'NC1 over "depth" & more',
      experiment: "RN1 & <50 %> (id)",
      program: "Collapsar 0.1.0",
      config: "sha256 abc",
      seeds: "0 1 2",
      data: "sha256 def",
      "metric log/my metric": "logged by the run's own program",
      note: "1 gap",
      exported: "2026-01-02T03:04:05.000Z",
    });
    expect(facts["metric train/nc1.ratio"]).toMatch(/^NC1 = .+; ideal 0; unit .+; .+/);
  });
  test("has what a panel says of itself, each once", () => {
    const facts = figureFacts(source, { ...chart, facts: [...cosineFacts, ...cosineFacts] }, [], at);
    expect(facts.filter(([name]) => name.startsWith("metric")).map(([name]) => name)).toEqual([
      "metric cosine of class means",
      "metric cosine of classifier rows",
    ]);
  });
  test.each(["csv", "pgfplots", "table", "matplotlib"] as const)("stands in %s as comments that nothing ends", (format) => {
    const evil = { ...chart, notes: ["a\nimport os\r\\input{x}\u2028b"] };
    const text = textOf(format, evil);
    const sign = format === "pgfplots" || format === "table" ? "%" : "#";
    expect(text).toContain(`${sign} config: sha256 abc`);
    expect(text).toContain(`${sign} note: a import os \\input{x}`);
    expect(text).not.toMatch(/^(import os|\\input)/m);
  });
  test("names the file by study and panel", () => {
    expect(figureName("RN1 & 50 % über alles", "NC1 over depth")).toBe("rn1-50-ber-alles_nc1-over-depth");
    expect(figureName("", "../..")).toBe("figure");
  });
});

describe("numbers of a figure", () => {
  test("are in JSON as they are stored, bit for bit", () => {
    const stored = [0.1 + 0.2, -0, 5e-324, 1.7976931348623157e308, 1e21, -1 / 3];
    const table = { columns: ["run", "value"], rows: stored.map((value, index) => [`run ${index}`, value] as const) };
    const read = JSON.parse(textOf("json", { ...chart, table }));
    expect(read.points.rows.map((row: [string, number]) => row[1])).toEqual(stored);
    expect(Object.is(read.points.rows[1][1], -0)).toBe(true);
    expect(Object.is(read.series[2].y[0], -0)).toBe(true);
    expect(read.series[0].x).toEqual([2, 2]);
    expect(read.series[1]).toMatchObject({ y: [0.6, 1 / 3, null], low: [0.4, 0.3, null], runs: [[0.5, 0.7], [0.25, 0.5], []] });
    expect(read.about).toMatchObject({ config: "sha256 abc", seeds: "0 1 2" });
  });
  test("are in CSV as they are stored, and no text is run by a spreadsheet", () => {
    const stored = [0.1 + 0.2, -0, 5e-324, 1.7976931348623157e308];
    const table = { columns: ["run", "value"], rows: stored.map((value) => ["=cmd()", value] as const) };
    const lines = textOf("csv", { ...chart, table })
      .trimEnd()
      .split("\r\n")
      .filter((line) => !line.startsWith("#"));
    expect(lines).toEqual([
      "run,value",
      "'=cmd(),0.30000000000000004",
      "'=cmd(),-0",
      "'=cmd(),5e-324",
      "'=cmd(),1.7976931348623157e+308",
    ]);
    expect(textOf("csv", chart)).toContain("RN1: single runs,2,0.7,,,'=1+1\r\n");
    expect(textOf("csv", maps)).toContain("class means,cat,'=dog,-0.25,0.02,3\r\n");
  });
});

describe("LaTeX", () => {
  test("has a table of means ± standard deviations with N, and slopes ± standard errors", () => {
    const text = textOf("table", chart);
    expect(text).toContain(
      [
        "\\begin{tabular}{llrrr}",
        "\\toprule",
        "Line & depth L & $N$ & mean $\\pm$ sd & geometric mean \\\\",
        "\\midrule",
        "RN1 & 2 & 2 & $0.60\\pm 0.14$ & $0.592$ \\\\",
        "RN1 & 4 & 2 & $0.38\\pm 0.18$ & $0.354$ \\\\",
        "\\bottomrule",
        "\\end{tabular}",
      ].join("\n"),
    );
    expect(text).toContain("RN1 & 2--8 & 5 & $-0.505\\pm 0.064$ & $-0.681\\ldots -0.328$ \\\\");
    expect(textOf("table", maps)).toContain("cat & $1.00\\pm 0.00$ & $-0.250\\pm 0.020$ \\\\");
    expect(texNumber("(1.29 ± 0.15)×10⁻⁵")).toBe("$(1.29\\pm 0.15)\\times 10^{-5}$");
  });
  test("draws with pgfplots in the page's colours, dashes and markers", () => {
    const text = textOf("pgfplots", chart);
    expect(text).toContain("\\definecolor{line1}{HTML}{3049C9}");
    expect(text).toContain(
      "dash pattern=on 5pt off 2.5pt, color=line1, mark options={solid}, mark=*] table {\n  2 0.6\n  4 0.3333333333333333\n  8 nan\n};",
    );
    expect(text).toContain(
      "only marks, color=line0, mark options={solid}, mark=square*, forget plot, opacity=0.45] table {\n  1.98 0.5\n  2.02 0.7\n};",
    );
    expect(text).toContain("(1.98,0.2) (8,0.2)");
    expect(text).not.toContain("hidden");
    expect(textOf("pgfplots", maps)).toContain("mesh/cols=2");
    expect(textOf("pgfplots", maps)).toContain("  0 0 1\n  1 0 -0.25\n  0 1 -0.25\n  1 1 1\n");
    expect(textOf("pgfplots", maps)).toContain("xticklabels={{cat},{=dog}}");
    expect(textOf("pgfplots", maps)).toContain("\\draw[thick] (axis cs:0.5,0.5) rectangle (axis cs:1.5,1.5);");
    expect(textOf("pgfplots", { ...chart, plain: true })).toContain("hide axis");
  });
  test("has a panel's own table where that is not one of means at places", () => {
    const tabular = {
      columns: ["Line", "steps to NC1 ≤ 0.1", "reached / runs", "last gap"],
      rows: [
        ["L = 2 & 3", "1,250 [794–2,000]", "2 / 3", "101.8 ± 4.9 %"],
        ["L = 4", "not reached", "0 / 3", "–"],
      ],
    };
    const text = textOf("table", { ...chart, tabular });
    expect(text).toContain("% config: sha256 abc");
    expect(text).toContain(
      [
        "\\begin{tabular}{lrrr}",
        "\\toprule",
        "Line & steps to NC1 $\\le$ 0.1 & reached / runs & last gap \\\\",
        "\\midrule",
        "L = 2 \\& 3 & $1{,}250 [794\\mbox{--}2{,}000]$ & $2 / 3$ & $101.8\\pm 4.9\\,\\%$ \\\\",
        "L = 4 & not reached & $0 / 3$ & -- \\\\",
        "\\bottomrule",
        "\\end{tabular}",
      ].join("\n"),
    );
    expect(text).not.toContain("geometric mean");
  });
  const engine = ["pdflatex", "lualatex", "tectonic"].find((name) => spawnSync(name, ["--version"]).status === 0);
  test.skipIf(engine === undefined)(`is compiled (${engine ?? "no TeX engine is here: not tried"})`, () => {
    const folder = mkdtempSync(join(tmpdir(), "collapsar-tex-"));
    try {
      const body = [chart, { ...chart, plain: true }, maps]
        .flatMap((figure) => [textOf("pgfplots", figure), textOf("table", figure)])
        .join("\n\n");
      const head =
        "\\documentclass{article}\\usepackage{pgfplots,booktabs}\\usepgfplotslibrary{fillbetween}\\pgfplotsset{compat=1.16}";
      writeFileSync(join(folder, "a.tex"), `${head}\\begin{document}\n${body}\n\\end{document}\n`);
      execFileSync(engine as string, ["-interaction=nonstopmode", "-halt-on-error", "a.tex"], { cwd: folder });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const python = spawnSync("python3", ["--version"]).status === 0;
const real = findPython("matplotlib");

describe.skipIf(!python)("matplotlib (no python3 is here where these are skipped)", () => {
  type Call = [name: string, given: unknown[], named: Record<string, unknown>];
  function run(figure: ChartFigure | MapsFigure, known: boolean, ending: string): string {
    const folder = mkdtempSync(join(tmpdir(), "collapsar-python-"));
    try {
      writeFileSync(join(folder, "figure.py"), textOf("matplotlib", figure));
      const path = new URL("../../../../support/matplotlib", import.meta.url).pathname;
      const env = { ...process.env, PYTHONWARNINGS: "error", ...(known ? {} : { PYTHONPATH: path }) };
      execFileSync(known ? (real as string) : "python3", ["figure.py", `out.${ending}`], { cwd: folder, env });
      return readFileSync(join(folder, `out.${ending}`), "latin1");
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  test("draws the same lines, bands, markers, axes, references and labels", () => {
    const calls: Call[] = JSON.parse(run(chart, false, "json"));
    const of = (name: string) => calls.filter((call) => call[0] === name);
    expect(of("set_xscale")[0]).toEqual(["set_xscale", ["log"], { base: 2 }]);
    expect(of("set_yscale")[0]).toEqual(["set_yscale", ["log"], { base: 10 }]);
    expect(of("set_xticks")[0]?.[1]).toEqual([[2, 4, 8]]);
    expect(of("fill_between")[0]?.[1]).toEqual([
      [2, 4, 8],
      [0.4, 0.3, null],
      [0.8, 0.4, null],
    ]);
    const main = of("plot").find((call) => call[2].label !== undefined && call[2].label !== null);
    expect(main?.[1]).toEqual([
      [2, 4, 8],
      [0.6, 1 / 3, null],
    ]);
    expect(main?.[2]).toMatchObject({ label: " _RN1 \\$λ\\$, N = 5", color: "#3049c9", marker: "o", linestyle: [0, [5, 2.5]] });
    const dots = of("plot").filter((call) => call[2].linestyle === "none");
    expect(dots.map((call) => call[1])).toEqual([
      [
        [1.98, 2.02],
        [0.5, null],
      ],
      [
        [1.98, 2.02],
        [null, 0.7],
      ],
    ]);
    expect(dots[1]?.[2]).toMatchObject({ markerfacecolor: "white", marker: "s" });
    expect(of("axhline")[0]?.[1]).toEqual([0.2]);
    expect(of("annotate").map((call) => call[1][0])).toEqual(["5", "L* = 0.2"]);
    expect(of("fill")[0]?.[1][0]).toEqual([2, 4, 8, 8, 4, 2]);
    expect(of("set_ylabel")[0]?.[1]).toEqual(["NC1_x, geometric mean"]);
    // Below the axes: it covers nothing.
    expect(of("legend")[0]?.[2]).toMatchObject({ loc: "upper left", bbox_to_anchor: [0, -0.14], ncol: 2 });
    expect(JSON.stringify(calls)).not.toContain("hidden");
  });
  test("draws matrices, bars, categories, smoothed lines, floors and projections", () => {
    const drawnMaps: Call[] = JSON.parse(run(maps, false, "json"));
    expect(drawnMaps.find((call) => call[0] === "imshow")?.[1]).toEqual([
      [
        [1, -0.25],
        [-0.25, 1],
      ],
    ]);
    // A frame around the last row and column.
    expect(drawnMaps.find((call) => call[0] === "plot")?.[1][0]).toEqual([0.5, 1.48, 1.48, 0.5, 0.5]);
    const bars = { ...(chart.series[1] as ChartFigure["series"][number]), bars: true, draw: "dots" as const, xs: [0, 1, 2] };
    const categories: ChartFigure = {
      ...chart,
      x: { label: "loss", kind: "linear", categories: ["a$b", "b", "c"] },
      series: [bars],
      wedges: [],
    };
    const calls: Call[] = JSON.parse(run(categories, false, "json"));
    expect(calls.find((call) => call[0] === "set_xticklabels")?.[1]).toEqual([["a\\$b", "b", "c"]]);
    expect(calls.filter((call) => call[0] === "errorbar")).toHaveLength(1);
    const line = { ...(chart.series[1] as ChartFigure["series"][number]), draw: "line" as const };
    const smooth: ChartFigure = { ...chart, series: [line], smoothing: 0.5, floor: { y: 0.25, label: "floor" } };
    expect(JSON.parse(run(smooth, false, "json")).map((call: Call) => call[0])).toContain("axhspan");
    expect(JSON.parse(run({ ...chart, plain: true }, false, "json")).map((call: Call) => call[0])).toContain("set_axis_off");
  });
  test.skipIf(real === null)(
    `is drawn by matplotlib itself (${real ? "here" : "no python3 with matplotlib is here: not tried"})`,
    () => {
      const plain: ChartFigure = { ...chart, plain: true };
      for (const figure of [chart, maps, plain]) {
        expect(run(figure, true, "png").slice(1, 4)).toBe("PNG");
        expect(run(figure, true, "pdf").slice(0, 5)).toBe("%PDF-");
      }
    },
  );
});

describe("pictures", () => {
  test("are SVG that an XML reader takes, with text as text and nothing from elsewhere", async () => {
    for (const figure of [chart, maps])
      for (const look of [white, clear]) {
        const { text, width, height } = figureSvg({ ...figure, title: `${figure.title}\u0000\ud800` }, factsOf(figure), look);
        expect(text.match(/(?:href|src|@import|url\((?!#plot))/g)).toBeNull();
        expect(text.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:/);
        expect(text).not.toMatch(/NaN|undefined|light-dark|var\(/);
        expect(text.includes('<rect width="100%" height="100%" fill="#ffffff"/>')).toBe(look.ground === "white");
        expect(text).toContain("config: sha256 abc");
        const read = await sharp(Buffer.from(text)).metadata();
        expect([read.width, read.height]).toEqual([width, height]);
      }
    expect(textOf("svg", chart)).toContain('<text x="');
    expect(textOf("svg", chart)).toContain("NC1 over &quot;depth&quot; &amp; more</text>");
    expect(textOf("svg", chart)).toContain("RN1 &amp; &lt;50 %&gt; (id)");
  });
  test("have the colours of the light theme on white, of the shown one on nothing", () => {
    const ink = (look: typeof white | typeof clear) => /font-weight="600" fill="(#\w+)"/.exec(textOf("svg", chart, look))?.[1];
    expect([ink(white), ink(clear)]).toEqual(["#17181c", "#ecedf0"]);
  });
  test("as PNG have the facts in their head and are still read", async () => {
    const png = await sharp({ create: { width: 3, height: 2, channels: 3, background: "#fff" } })
      .png()
      .toBuffer();
    const file = pngWithFacts(png, "Título λ", [["config", "sha256 abc"]]);
    expect(await sharp(Buffer.from(file)).metadata()).toMatchObject({ width: 3, height: 2, format: "png" });
    const text = Buffer.from(file).toString("utf8");
    expect(text).toContain("iTXtTitle\0\0\0\0\0Título λ");
    expect(text).toContain("iTXtconfig\0\0\0\0\0sha256 abc");
    expect(await sharp(Buffer.from(file)).raw().toBuffer()).toEqual(await sharp(png).raw().toBuffer());
  });
});

describe("colours of the pictures", () => {
  test("are those of the style sheet", () => {
    const sheet = readFileSync(new URL("../../../../../app/globals.css", import.meta.url), "utf8");
    for (const [name, [light, dark]] of Object.entries(palette))
      expect(sheet).toContain(`${name}: light-dark(${light}, ${dark});`);
  });
  test("are the same for every program", () => {
    expect(plainColour("light-dark(oklch(0.52 0.15 252), oklch(0.74 0.12 252))", false)).toBe("#0d6abb");
    expect(plainColour("oklch(1 0 0)", false)).toBe("#ffffff");
    expect(plainColour("oklch(0.628 0.2577 29.23)", false)).toBe("#ff0000");
    expect(plainColour("var(--ink)", true)).toBe("#ecedf0");
    expect(plainColour("url(javascript:x)", false)).toBe("#17181c");
    // As Chromium mixes them.
    expect(cosineColour(-0.5, false)).toBe("#8fb5e0");
    expect(plainColour("oklch(0.64 0.15 55)", false)).toBe("#cf6f19");
    expect(cosineColour(0, false)).toBe("#ffffff");
    expect(cosineColour(Number.NaN, false)).toBe("#ffffff");
  });
});
