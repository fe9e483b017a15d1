import type { CsvFacts } from "../../../contract/csv.ts";
import { geometricBand, meanBand } from "../../../math/statistics/seedBand.ts";
import { intervalText, plusMinus } from "../../text/plusMinus.ts";
import { shortNumber } from "../../text/shortNumber.ts";
import { slopeText } from "../../text/slopeText.ts";
import { categoryAt } from "../axes/categoryAxis.ts";
import { escapeLatex } from "./escapeLatex.ts";
import { type ChartFigure, type Figure, type SummaryRow, shownSeries, type TextTable } from "./figure.ts";
import { commentLines } from "./figureFacts.ts";

/** A line with more points than this has only its last one in the table. */
const maxPoints = 40;

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** "(1.29 ± 0.15)×10⁻⁵" as TeX's mathematics. */
export function texNumber(text: string): string {
  if (text === "–" || text === "") return "--";
  const powers = text.replace(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (power) => {
    const digits = [...power].map((sign) => (sign === "⁻" ? "-" : String(superscripts.indexOf(sign)))).join("");
    return `^{${digits}}`;
  });
  const signs: Record<string, string> = {
    ...{ "−": "-", "±": "\\pm ", "×": "\\times ", "…": "\\ldots " },
    ...{ "–": "\\mbox{--}", "%": "\\,\\%", ",": "{,}" },
  };
  return `$${powers.replace(/ ?([±×%]) ?/g, "$1").replace(/[−±×…–%,]/g, (sign) => signs[sign] as string)}$`;
}

/** Rows of a chart: what each named line is at each of its places. */
function rowsOf({ x, summary, ...figure }: ChartFigure): readonly SummaryRow[] {
  if (summary) return summary;
  return shownSeries(figure)
    .filter((one) => !one.minor)
    .flatMap(({ label, shortLabel, xs, trueXs, ys, samples }) => {
      const rows = ys.flatMap((y, at): SummaryRow[] => {
        if (y === null) return [];
        const place = trueXs?.[at] ?? (xs[at] as number);
        return [
          {
            line: shortLabel ?? label,
            x: x.categories ? categoryAt(place, x.categories) : shortNumber(place),
            values: samples?.[at] ?? [y],
          },
        ];
      });
      return rows.length > maxPoints ? rows.slice(-1) : rows;
    });
}

const booktabs = (columns: string, head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `\\begin{tabular}{${columns}}`,
    "\\toprule",
    `${head.join(" & ")} \\\\`,
    "\\midrule",
    ...rows.map((row) => `${row.join(" & ")} \\\\`),
    "\\bottomrule",
    "\\end{tabular}",
  ].join("\n");

/** Means ± standard deviations with their number of runs, and slopes ± standard errors, as LaTeX tables; needs booktabs. */
export function latexTable(figure: Figure, facts: CsvFacts): string {
  if (figure.tabular)
    return `${[...commentLines(facts, "%"), "% \\usepackage{booktabs}", textTable(figure.tabular)].join("\n")}\n`;
  const head = [
    ...commentLines(facts, "%"),
    "% \\usepackage{booktabs}",
    "% mean ± sd: arithmetic mean and sample standard deviation of N runs; slope ± SE: least squares on log-log axes, standard error",
  ];
  const tables = figure.kind === "chart" ? chartTables(figure) : figure.maps.map(mapTable);
  return `${[...head, tables.join("\n\n")].join("\n")}\n`;
}

const isNumber = (text: string) => /^[−–(\d]/.test(text) && !/\p{Letter}/u.test(text);

/** The page's table as LaTeX; the first column has names. */
const textTable = ({ columns, rows }: TextTable): string =>
  booktabs(
    columns.map((_, at) => (at > 0 && rows.some((row) => isNumber(row[at] ?? "")) ? "r" : "l")).join(""),
    columns.map(escapeLatex),
    rows.map((row) => row.map((cell, at) => (at > 0 && isNumber(cell) ? texNumber(cell) : escapeLatex(cell)))),
  );

function chartTables(figure: ChartFigure): string[] {
  const log = figure.y.kind === "log10";
  const rows = rowsOf(figure).map(({ line, x, values }) => {
    const band = meanBand(values);
    const geometric = log ? geometricBand(values) : null;
    return [
      escapeLatex(line),
      escapeLatex(x),
      String(band?.count ?? 0),
      band ? texNumber(plusMinus(band.mean, band.standardDeviation)) : "--",
      ...(log ? [geometric ? texNumber(plusMinus(geometric.mean, null)) : "--"] : []),
    ];
  });
  const titles = ["Line", escapeLatex(figure.x.label), "$N$", "mean $\\pm$ sd", ...(log ? ["geometric mean"] : [])];
  const tables = [booktabs(log ? "llrrr" : "llrr", titles, rows)];
  const slopes = shownSeries(figure).flatMap(({ label, shortLabel, slope }) => {
    if (slope === undefined) return [];
    const { standardError: error, low, high } = slope;
    const interval =
      error === null || low === null || high === null ? "--" : texNumber(intervalText(low, high, slope.slope, error));
    const range = `${shortNumber(slope.from)}--${shortNumber(slope.to)}`;
    return [[escapeLatex(shortLabel ?? label), range, String(slope.count), texNumber(slopeText(slope)), interval]];
  });
  if (slopes.length > 0)
    tables.push(booktabs("llrrr", ["Line", escapeLatex(figure.x.label), "$N$", "slope $\\pm$ SE", "95\\,\\% interval"], slopes));
  return tables;
}

function mapTable({ title, names, cosines, deviations, count }: Extract<Figure, { kind: "maps" }>["maps"][number]): string {
  const rows = names.map((name, row) => [
    escapeLatex(name),
    ...names.map((_, column) => {
      const at = row * names.length + column;
      return texNumber(plusMinus(cosines[at] as number, deviations?.[at] ?? null));
    }),
  ]);
  const of = `% ${title.replace(/\s+/g, " ")}, N = ${count}${count > 1 ? ": mean ± sd over runs" : ""}`;
  return `${of}\n${booktabs(`l${"r".repeat(names.length)}`, ["", ...names.map((name) => escapeLatex(name))], rows)}`;
}
