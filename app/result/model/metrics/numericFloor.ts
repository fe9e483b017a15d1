import { isTransformer } from "../../../../contract/config/architecture.ts";
import { layersOf, layerWidthsOf } from "../../../../contract/config/networkForm.ts";
import { isLayerMetric, type LayerMetric, type Metric, metricInfo } from "../../../../contract/metrics/metricInfo.ts";
import { seriesKey } from "../../../../contract/metrics/seriesKey.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { type Arithmetic, type FloorInput, featureError, floorFormulas } from "../../../../math/collapse/numericFloor.ts";

/** Where a metric drowns in the rounding of what it is measured from. */
export interface NumericFloor {
  y: number;
  label: string;
}

type Measured = Pick<RunRow, "config" | "last" | "device" | "classes" | "inputDimension">;

/** ONNX Runtime and TensorFlow multiply float32 numbers in TF32 on CUDA; on a CPU and by WebGPU they are float32 all through. */
const arithmeticOf = (device: string | undefined): Arithmetic => (device === "cuda" ? "tf32" : "float32");

/** Linear layers one after the other up to X_layer; free features have none, a transformer's blocks two each. */
function productsUpTo({ architecture }: RunRow["config"], layer: number): number {
  if (architecture === "ufm") return 0;
  if (architecture === "dufm") return layer - 1;
  return isTransformer(architecture) ? 2 * layer : layer;
}

/**
 * The floor of a metric at a layer of a run, from its device and the norms of its last measurement. null where the metric has none, or
 * the run has not been measured. Runs of older versions lack the norms: of features about zero, as a collapsed network has them.
 */
function floorOf(row: Measured, metric: LayerMetric, layer: number): number | null {
  const { config, classes, inputDimension } = row;
  const nc1 = row.last[seriesKey("train", "nc1.ratio", layer)];
  const spread = row.last[seriesKey("train", "norms.spread", layer)] ?? (nc1 === undefined ? undefined : 1 + nc1);
  if (classes === null || spread === undefined) return null;
  const rounding = {
    arithmetic: arithmeticOf(row.device),
    products: productsUpTo(config, layer),
    width: Math.max(...layerWidthsOf(config)),
    inputDimension: inputDimension ?? config.width,
  };
  const dim = layerWidthsOf(config)[layer - 1] ?? config.width;
  const input = { errorSquared: featureError(rounding), spread, classes, dim };
  return metricFloor(metric, input, layer === layersOf(config));
}

/**
 * The value below which a metric says nothing, as the rounding of features alone would make it so large; null of metrics whose rounding
 * features do not decide: shares of samples, and at the last layer those of the classifier, which is its own numbers.
 */
export function metricFloor(metric: LayerMetric, input: FloorInput, atLastLayer: boolean): number | null {
  const { floor, lastMeans } = metricInfo[metric];
  return floor === null || (atLastLayer && lastMeans !== null) ? null : floorFormulas[floor](input);
}

/** "1.8e-13": floors lie far below what reads well as a decimal. */
const short = (value: number) => value.toExponential(1).replace(".0e", "e");

/**
 * The greatest floor of the runs that are drawn, at their last layers or at the layers given; null where none has one.
 * @param layersShown of each run; the last alone by default
 */
export function numericFloor(
  rows: readonly Measured[],
  metric: Metric,
  layersShown: (row: Measured) => readonly number[] = (row) => [layersOf(row.config)],
): NumericFloor | null {
  if (!isLayerMetric(metric)) return null;
  const floors = rows.flatMap((row) =>
    layersShown(row).flatMap((layer) => {
      const y = floorOf(row, metric, layer);
      return y === null ? [] : [{ y, arithmetic: arithmeticOf(row.device) }];
    }),
  );
  if (floors.length === 0) return null;
  const { y, arithmetic } = floors.reduce((greatest, one) => (one.y > greatest.y ? one : greatest));
  return { y, label: `below ${short(y)}: rounding (${arithmetic === "tf32" ? "TF32" : "float32"})` };
}

/** Within this factor of a floor, rounding may be seen in a value. */
const near = 1_000;

/** The floor in words where it is near what is drawn: far below, it says nothing of that. */
export function nearFloorText(
  floor: NumericFloor | null,
  lines: readonly { values: readonly (number | null)[] }[],
): string | null {
  if (floor === null) return null;
  const isNear = (value: number | null) => value !== null && value > 0 && value < near * floor.y;
  return lines.some(({ values }) => values.some(isNear)) ? floorText(floor) : null;
}

/** The floor as text, for when the band is below what is drawn. */
export const floorText = (floor: NumericFloor | null): string | null =>
  floor && `numeric floor: ${floor.label.replace("below ", "about ").replace(": rounding", ", the rounding of features")}`;
