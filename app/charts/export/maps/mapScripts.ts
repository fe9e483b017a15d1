import type { CsvFacts } from "../../../../contract/csv.ts";
import { escapeLatex } from "../escapeLatex.ts";
import type { FigureMap, MapsFigure } from "../figure.ts";
import { commentLines } from "../figureFacts.ts";
import { pythonScript } from "../matplotlib.ts";
import { cosineColour } from "../plainColour.ts";
import { plainLabel, pythonList } from "../python.ts";
import { maxNamed, usualRow } from "./drawMaps.ts";

/** A Python script that holds the matrices and draws them side by side. */
export function mapsMatplotlib({ title, maps, perRow = usualRow }: MapsFigure, facts: CsvFacts, name: string): string {
  const columns = Math.min(perRow, Math.max(1, maps.length));
  const rows = Math.max(1, Math.ceil(maps.length / columns));
  const stops = [-1, -0.5, 0, 0.5, 1].map((value) => `"${cosineColour(value, false)}"`).join(", ");
  const body = [
    "from matplotlib.colors import LinearSegmentedColormap",
    "",
    `cosines = LinearSegmentedColormap.from_list("cosines", [${stops}])`,
    `fig, axes = plt.subplots(${rows}, ${columns}, figsize=(${3.4 * columns}, ${3.4 * rows + 0.6}), squeeze=False, constrained_layout=True)`,
    `fig.suptitle(${plainLabel(title)}, fontsize="medium", fontweight="bold")`,
    "places = [ax for row in axes for ax in row]",
    ...maps.flatMap((map, index) => {
      const size = map.names.length;
      const matrix = map.names.map((_, row) => `    ${pythonList(map.cosines.slice(row * size, (row + 1) * size), "    ")},`);
      const named = size <= maxNamed ? `[${map.names.map(plainLabel).join(", ")}]` : null;
      return [
        "",
        `ax = places[${index}]`,
        "matrix = [",
        ...matrix,
        "]",
        "image = ax.imshow(matrix, cmap=cosines, vmin=-1, vmax=1)",
        `ax.set_title(${plainLabel(map.note === undefined ? map.title : `${map.title}\n${map.note}`)}, fontsize=8)`,
        ...frameOf(map),
        ...(named === null
          ? ["ax.set_xticks([])", "ax.set_yticks([])"]
          : [
              `ax.set_xticks(list(range(${size})))`,
              `ax.set_xticklabels(${named}, rotation=90, fontsize=7)`,
              `ax.set_yticks(list(range(${size})))`,
              `ax.set_yticklabels(${named}, fontsize=7)`,
            ]),
      ];
    }),
    "",
    `for ax in places[${maps.length}:]:`,
    "    ax.set_axis_off()",
    ...(maps.length > 0 ? ['fig.colorbar(image, ax=places, label="cosine", shrink=0.7)'] : []),
  ];
  return pythonScript(facts, title, body, name);
}

/** A line around the last rows and columns. */
function frameOf({ names, block = 0 }: FigureMap): string[] {
  if (block === 0) return [];
  const [from, to] = [names.length - block - 0.5, names.length - 0.52];
  return [
    `ax.plot([${from}, ${to}, ${to}, ${from}, ${from}], [${from}, ${from}, ${to}, ${to}, ${from}], color="#17181c", linewidth=1.5)`,
  ];
}

/** The matrices as one pgfplots axis each, in the colours of the page. */
export function mapsPgfplots({ title, maps, perRow = usualRow }: MapsFigure, facts: CsvFacts): string {
  const stop = (value: number) => cosineColour(value, false).slice(1).toUpperCase();
  const colours = [-1, 0, 1].map((value, index) => `\\definecolor{cosine${index}}{HTML}{${stop(value)}}`);
  const axes = maps.map((map, index) => {
    const endsRow = (index + 1) % perRow === 0 || index === maps.length - 1;
    return `${mapAxis(map, index === maps.length - 1)}${endsRow ? "\n\n" : "%"}`;
  });
  const head = [
    ...commentLines(facts, "%"),
    `% ${title.replace(/\s+/g, " ")}`,
    "% \\usepackage{pgfplots} \\pgfplotsset{compat=1.16}",
  ];
  return `${[...head, ...colours, ...axes].join("\n").trimEnd()}\n`;
}

const side = "4.4cm";

function mapAxis({ title, note, names, cosines, block = 0 }: FigureMap, withScale: boolean): string {
  const size = names.length;
  const rows = cosines.map(
    (value, index) => `  ${index % size} ${Math.floor(index / size)} ${Number.isFinite(value) ? value : "nan"}`,
  );
  const places = names.map((_, index) => index).join(",");
  const labels = names.map((name) => `{${escapeLatex(name)}}`).join(",");
  const ticks =
    size > maxNamed
      ? ["ticks=none"]
      : [
          ...[`xtick={${places}}`, `ytick={${places}}`, `xticklabels={${labels}}`, `yticklabels={${labels}}`],
          "tick label style={font=\\tiny}, x tick label style={rotate=90, anchor=east}",
        ];
  const options = [
    `title={${escapeLatex(title)}${note === undefined ? "" : `\\\\${escapeLatex(note)}`}}`,
    "title style={align=center, font=\\footnotesize}",
    ...[
      `scale only axis, width=${side}, height=${side}`,
      "enlargelimits=false",
      "y dir=reverse",
      "tick style={draw=none}",
      ...ticks,
    ],
    "point meta min=-1, point meta max=1",
    "colormap={cosines}{color(-1)=(cosine0) color(0)=(cosine1) color(1)=(cosine2)}",
    ...(withScale ? ["colorbar, colorbar style={title={cosine}, font=\\footnotesize}"] : []),
  ];
  const [from, to] = [size - block - 0.5, size - 0.5];
  const frame = block > 0 ? [`\\draw[thick] (axis cs:${from},${from}) rectangle (axis cs:${to},${to});`] : [];
  return [
    "\\begin{tikzpicture}",
    `\\begin{axis}[\n  ${options.join(",\n  ")}\n]`,
    `\\addplot[matrix plot*, mesh/cols=${size}, point meta=explicit] table[meta index=2] {\n${rows.join("\n")}\n};`,
    ...frame,
    "\\end{axis}",
    "\\end{tikzpicture}",
  ].join("\n");
}
