import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { chooseFormat, seriesFile } from "../../../server/api/formats/seriesFile.ts";

interface Points {
  runId: string;
  key: string;
  steps: number[];
  values: number[];
}

async function* given(series: Points[]) {
  yield* series;
}

async function written(format: "json" | "ndjson" | "csv" | "parquet", series: Points[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  const { content } = seriesFile({ title: "a study", series: given(series) }, { format }, "");
  for await (const part of content) parts.push(Buffer.from(part as string));
  return Buffer.concat(parts);
}

const zeros: Points[] = [{ runId: "r", key: "log/a", steps: [0, 1, 2, 3], values: [-0, 0, -0, 0] }];

test("keeps the sign of zero in every form", async () => {
  expect((await written("json", zeros)).toString()).toBe(
    '{"series":[\n{"runId":"r","key":"log/a","steps":[0,1,2,3],"values":[-0,0,-0,0]}\n]}\n',
  );
  expect(Object.is(JSON.parse("[-0]")[0], -0)).toBe(true);
  expect((await written("ndjson", zeros)).toString().split("\n")[0]).toBe('{"run":"r","series":"log/a","step":0,"value":-0}');
  expect((await written("csv", zeros)).toString()).toBe(
    "run,series,step,value\r\nr,log/a,0,-0\r\nr,log/a,1,0\r\nr,log/a,2,-0\r\nr,log/a,3,0\r\n",
  );
  const file = new Uint8Array(await written("parquet", zeros)).buffer;
  const rows = await parquetReadObjects({ file });
  expect(rows.map(({ value }) => Object.is(value, -0))).toEqual([true, false, true, false]);
});

test("writes nothing as a whole file too", async () => {
  expect(JSON.parse((await written("json", [])).toString())).toEqual({ series: [] });
  expect((await written("ndjson", [])).toString()).toBe("");
  expect((await written("csv", [])).toString()).toBe("run,series,step,value\r\n");
  expect(await parquetReadObjects({ file: new Uint8Array(await written("parquet", [])).buffer })).toEqual([]);
});

test("writes a row group of Parquet for every 100,000 points, and reads them back", async () => {
  const steps = Array.from({ length: 130_001 }, (_, i) => i);
  const values = steps.map((i) => Math.sin(i) / 3);
  const file = new Uint8Array(
    await written("parquet", [
      { runId: "r", key: "train/loss", steps, values },
      { runId: "s", key: "train/loss", steps, values: values.map((one) => -one) },
    ]),
  ).buffer;
  const { row_groups, num_rows } = parquetMetadata(file);
  expect(num_rows).toBe(260_002n);
  expect(row_groups.map((group) => group.num_rows)).toEqual([100_000n, 100_000n, 60_002n]);
  const rows = await parquetReadObjects({ file });
  expect(rows[0]).toEqual({ run: "r", series: "train/loss", step: 0, value: 0 });
  expect(rows[130_000]).toEqual({ run: "r", series: "train/loss", step: 130_000, value: Math.sin(130_000) / 3 });
  expect(rows[260_001]).toEqual({ run: "s", series: "train/loss", step: 130_000, value: -Math.sin(130_000) / 3 });
});

test("a text that a spreadsheet would run stays a text", async () => {
  const csv = await written("csv", [{ runId: "r", key: "=1+1,#", steps: [1], values: [2] }]);
  expect(csv.toString().split("\r\n")[1]).toBe(`r,"'=1+1,#",1,2`);
});

test.each([
  ["", "json"],
  ["*/*", "json"],
  ["text/csv", "csv"],
  ["application/jsonl", "ndjson"],
  ["application/json;q=0, application/vnd.apache.parquet", "parquet"],
  ["text/html;q=0.9, text/csv;q=0.5, application/x-ndjson;q=0.7", "ndjson"],
])("chooses by Accept: %s gives %s", (accept, format) => {
  expect(chooseFormat({}, accept)).toBe(format);
  expect(chooseFormat({ format: "csv" }, accept)).toBe("csv");
});
