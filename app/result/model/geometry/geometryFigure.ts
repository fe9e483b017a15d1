import { classLabel } from "../../../../contract/data/classNames.ts";
import type { GeometrySnapshot } from "../../../../contract/wire/runEvents.ts";
import type { ChartSeries } from "../../../charts/chartTypes.ts";
import type { ChartFigure, FigureTable, TextTable } from "../../../charts/export/figure.ts";
import { plusMinus } from "../../../text/plusMinus.ts";
import { projectionFacts } from "../metrics/panelFacts.ts";
import { classCss } from "./classColour.ts";
import { type Rotation, rotated } from "./rotate3d.ts";

const theory = "var(--chart-theory)";
/** Edges between more vertices would cover the picture. */
const maxEdged = 12;

/** The geometry as it is turned on the page: samples, class means and the ideal simplex, projected; its table has all three coordinates. */
export function geometryFigure(
  snapshot: GeometrySnapshot,
  rotation: Rotation,
  unit: number,
  classNames: readonly string[] | undefined,
  of: string,
): ChartFigure {
  const { classes, labels, step, explained } = snapshot;
  const place = (points: readonly number[], index: number) => {
    const [x, y] = rotated(points, index, rotation);
    return { x: x / unit, y: y / unit };
  };
  const perClass = Array.from({ length: classes }, (_, label): ChartSeries[] => {
    const own = labels.flatMap((one, index) => (one === label ? [place(snapshot.samples, index)] : []));
    const mean = place(snapshot.means, label);
    const style = { colour: classCss(label), dash: "", marker: "circle" as const };
    const name = classLabel(classNames, label);
    return [
      ...(labels.length > 0 ? [dots(`samples ${label}`, `${name}: samples`, own, { style, minor: true })] : []),
      dots(`mean ${label}`, name, [mean], { style, endLabel: classes <= maxEdged ? name : undefined }),
    ];
  }).flat();
  const vertices = Array.from({ length: snapshot.ideal.length / 3 }, (_, label) => place(snapshot.ideal, label));
  const edges =
    classes > maxEdged
      ? []
      : vertices.flatMap((from, a) =>
          vertices.slice(a + 1).map(
            (to, b): ChartSeries => ({
              ...dots(`edge ${a} ${a + 1 + b}`, "simplex: edge", [from, to], {
                style: { colour: theory, dash: "4 4", marker: "ring", opacity: 0.4 },
              }),
              ...{ draw: "line", minor: true, bare: true },
            }),
          ),
        );
  const ideal = dots("ideal", "nearest regular simplex", vertices, { style: { colour: theory, dash: "", marker: "ring" } });
  return {
    kind: "chart",
    title: `Geometry of the last layer, ${of}, step ${step}`,
    panelId: "geometry",
    x: { label: "first direction, as turned", kind: "linear" },
    y: { label: "second direction, as turned", kind: "linear" },
    series: [...edges, ...perClass, ...(vertices.length > 0 ? [{ ...ideal, hollow: vertices.map(() => true) }] : [])],
    ...{ references: [], wedges: [], drops: [], floor: null, smoothing: 0, plain: true },
    notes: [
      `the three directions hold ${(100 * explained).toPrecision(3)} % of the class means' variance`,
      "coordinates of the table are not turned",
    ],
    table: coordinates(snapshot, classNames),
    tabular: classTable(snapshot, classNames),
    facts: projectionFacts,
  };
}

function dots(
  id: string,
  label: string,
  points: readonly { x: number; y: number }[],
  more: Pick<ChartSeries, "style"> & Partial<ChartSeries>,
): ChartSeries {
  return { id, label, xs: points.map(({ x }) => x), ys: points.map(({ y }) => y), draw: "dots", ...more };
}

/** Coordinates of the class means, for LaTeX. */
function classTable({ classes, means }: GeometrySnapshot, classNames: readonly string[] | undefined): TextTable {
  const rows = Array.from({ length: classes }, (_, label) => [
    classLabel(classNames, label),
    ...means.slice(3 * label, 3 * label + 3).map((value) => plusMinus(value, null)),
  ]);
  return { columns: ["class mean", "direction 1", "direction 2", "direction 3"], rows };
}

const kinds = ["means", "ideal", "samples"] as const;
const titles = { means: "class mean", ideal: "simplex", samples: "sample" } as const;

function coordinates(snapshot: GeometrySnapshot, classNames: readonly string[] | undefined): FigureTable {
  const rows = kinds.flatMap((kind) =>
    Array.from({ length: snapshot[kind].length / 3 }, (_, index) => {
      const label = kind === "samples" ? (snapshot.labels[index] ?? 0) : index;
      return [titles[kind], label, classLabel(classNames, label), ...snapshot[kind].slice(3 * index, 3 * index + 3)];
    }),
  );
  return { columns: ["kind", "class", "name", "direction 1", "direction 2", "direction 3"], rows };
}
