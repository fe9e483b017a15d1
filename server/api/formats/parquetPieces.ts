import { ByteWriter, ParquetWriter } from "hyparquet-writer";

/** Points of one series of a run. */
export interface Points {
  runId: string;
  key: string;
  steps: number[];
  values: number[];
}

/** Rows of a row group: what is in memory at once, about. */
const groupRows = 100_000;

const text = { type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" } as const;
const schema = [
  { name: "root", num_children: 4 },
  { name: "run", ...text },
  { name: "series", ...text },
  { name: "step", type: "INT32", repetition_type: "REQUIRED" },
  { name: "value", type: "DOUBLE", repetition_type: "REQUIRED" },
] as const;

/** A Parquet file with a row for each point: run, series, step, value (float64, bit for bit). */
export async function* parquetPieces(series: AsyncIterable<Points>): AsyncGenerator<Uint8Array> {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema: schema.map((one) => ({ ...one })), createdBy: "Collapsar" });
  const take = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  let [runs, keys, steps, values]: [string[], string[], number[], number[]] = [[], [], [], []];
  const group = () => {
    parquet.write({
      columnData: [
        { name: "run", data: runs },
        { name: "series", data: keys },
        { name: "step", data: Int32Array.from(steps) },
        // A dictionary would take the two zeros for one.
        { name: "value", data: Float64Array.from(values), encoding: "PLAIN" },
      ],
      rowGroupSize: groupRows,
    });
    [runs, keys, steps, values] = [[], [], [], []];
    return take();
  };
  for await (const points of series)
    for (let at = 0; at < points.steps.length; at++) {
      runs.push(points.runId);
      keys.push(points.key);
      steps.push(points.steps[at]!);
      values.push(points.values[at]!);
      if (steps.length === groupRows) yield group();
    }
  if (steps.length > 0) yield group();
  parquet.finish();
  yield take();
}
