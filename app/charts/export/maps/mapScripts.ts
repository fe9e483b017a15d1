import type { CsvFacts } from "../../../../contract/csv.ts";
import { escapeLatex } from "../escapeLatex.ts";
import type { MapsFigure } from "../figure.ts";
import { commentLines } from "../figureFacts.ts";
import { pythonScript } from "../matplotlib.ts";
import { cosineColour } from "../plainColour.ts";
import { plainLabel, pythonList } from "../python.ts";

/** A Python script that holds the matrices and draws them side by side. */
export function mapsMatplotlib({ title, maps }: MapsFigure, facts: CsvFacts, name: string): string {
  const columns = Math.min(3, Math.max(1, maps.length));
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
      const named = size <= 12 ? `[${map.names.map(plainLabel).join(", ")}]` : null;
      return [
        "",
        `ax = places[${index}]`,
        "matrix = [",
        ...matrix,
        "]",
        "image = ax.imshow(matrix, cmap=cosines, vmin=-1, vmax=1)",
        `ax.set_title(${plainLabel(map.note === undefined ? map.title : `${map.title}, ${map.note}`)}, fontsize="small")`,
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

/** The matrices as one pgfplots axis each, in the colours of the page. */
export function mapsPgfplots({ title, maps }: MapsFigure, facts: CsvFacts): string {
  const stop = (value: number) => cosineColour(value, false).slice(1).toUpperCase();
  const colours = [-1, 0, 1].map((value, index) => `\\definecolor{cosine${index}}{HTML}{${stop(value)}}`);
  const map = "colormap={cosines}{color(-1)=(cosine0) color(0)=(cosine1) color(1)=(cosine2)}";
  const axes = maps.map(({ title: name, names, cosines }) => {
    const size = names.length;
    const rows = cosines.map(
      (value, index) => `  ${index % size} ${Math.floor(index / size)} ${Number.isFinite(value) ? value : "nan"}`,
    );
    const options = [
      `title={${escapeLatex(name)}}`,
      "enlargelimits=false",
      "axis equal image",
      "y dir=reverse",
      ...["point meta min=-1", "point meta max=1", map, "colorbar"],
    ];
    return `\\begin{tikzpicture}\n\\begin{axis}[${options.join(", ")}]\n\\addplot[matrix plot*, mesh/cols=${size}, point meta=explicit] table[meta index=2] {\n${rows.join("\n")}\n};\n\\end{axis}\n\\end{tikzpicture}`;
  });
  const head = [
    ...commentLines(facts, "%"),
    `% ${title.replace(/\s+/g, " ")}`,
    "% \\usepackage{pgfplots} \\pgfplotsset{compat=1.16}",
  ];
  return `${[...head, ...colours, ...axes].join("\n")}\n`;
}
