import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ApiError } from "../../../contract/api/apiError.ts";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { grid, launch } from "../../support/builders/studies.ts";
import { askApi, makeApiToken } from "../../support/client/api.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { TestServer } from "../../support/processes/server.ts";

/** What rounding, a text or a dictionary would change. */
const odd = [1 / 3, 0, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, -2.2250738585072014e-308, 123456789.12345679, 1e21, 1e-7];
const value = (run: number, step: number) => odd[(run + step) % odd.length];

let server: TestServer;
let token: string;
let study: Awaited<ReturnType<typeof launch>>;
beforeAll(async () => {
  server = await TestServer.start({ singleUser: false });
  await server.signIn();
  ({ token } = await makeApiToken(server, "read"));
  study = await launch(server, grid({ seeds: [0, 1] }), { name: 'Odd, "numbers"' });
  const worker = await RawWorker.connect(server);
  for (const [ordinal, run] of study.runs.entries()) {
    const lease = await worker.nextAssignment(run.id);
    const events = Array.from({ length: 12 }, (_, step) =>
      measured(step, { "train/loss": value(ordinal, step), "train/nc1.ratio@2": step + 0.5 }),
    );
    await worker.events(lease, numbered([started(0, 11), ...events, finished(11)]));
  }
  worker.close();
});
afterAll(() => server?.stop());

type Point = [run: string, series: string, step: number, value: number];
const expected = (ordinals = [0, 1]): Point[] =>
  ordinals.flatMap((ordinal) => [
    ...Array.from({ length: 12 }, (_, step): Point => [study.runs[ordinal].id, "train/loss", step, value(ordinal, step)]),
    ...Array.from({ length: 12 }, (_, step): Point => [study.runs[ordinal].id, "train/nc1.ratio@2", step, step + 0.5]),
  ]);

const bits = (points: Point[]) =>
  points.map(([run, series, step, number]) => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(number);
    return `${run} ${series} ${step} ${bytes.toString("hex")}`;
  });

const readers: Record<string, (response: Response) => Promise<Point[]>> = {
  json: async (response) => {
    const { series } = (await response.json()) as { series: { runId: string; key: string; steps: number[]; values: number[] }[] };
    return series.flatMap(({ runId, key, steps, values }) => steps.map((step, i): Point => [runId, key, step, values[i]]));
  },
  ndjson: async (response) =>
    (await response.text())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .map(({ run, series, step, value: number }): Point => [run, series, step, number]),
  csv: async (response) => {
    const [head, ...lines] = (await response.text()).trimEnd().split("\r\n");
    expect(head).toBe("run,series,step,value");
    return lines
      .map((line) => line.split(","))
      .map(([run, series, step, number]): Point => [run, series, Number(step), Number(number)]);
  },
  parquet: async (response) => {
    const file = await response.arrayBuffer();
    const rows = (await parquetReadObjects({ file })) as { run: string; series: string; step: number; value: number }[];
    return rows.map(({ run, series, step, value: number }): Point => [run, series, step, number]);
  },
};

const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });

test.each(Object.keys(readers))("gives every point as %s, to the last bit", async (format) => {
  const whole = await ask(`/experiments/${study.id}/series?format=${format}`);
  expect(whole.status).toBe(200);
  expect(whole.headers.get("cache-control")).toBe("no-store");
  expect(bits(await readers[format](whole))).toEqual(bits(expected()));
  const one = await ask(`/runs/${study.runs[1].id}/series?format=${format}`);
  expect(bits(await readers[format](one))).toEqual(bits(expected([1])));
  const part = await ask(
    `/experiments/${study.id}/series?format=${format}&key=train/loss&run=${study.runs[0].id}&fromStep=3&toStep=5`,
  );
  expect(bits(await readers[format](part))).toEqual(bits(expected([0]).slice(3, 6)));
  const nothing = await ask(`/experiments/${study.id}/series?format=${format}&key=test/loss`);
  const none = format === "json" || format === "parquet" ? await readers[format](nothing) : [];
  expect(none).toEqual([]);
});

test.each([
  ["application/vnd.apache.parquet", "application/vnd.apache.parquet"],
  ["text/csv", "text/csv; charset=utf-8"],
  ["text/csv;q=0.2, application/x-ndjson", "application/x-ndjson; charset=utf-8"],
  ["text/html, */*;q=0.8", "application/json; charset=utf-8"],
])("chooses the form by Accept: %s", async (accept, type) => {
  const answer = await ask(`/runs/${study.runs[0].id}/series`, { accept });
  expect(answer.headers.get("content-type")).toBe(type);
  expect(answer.headers.get("vary")).toBe("accept");
  await answer.arrayBuffer();
});

test("thins where that is asked for, keeps files' names harmless, and answers HEAD without a body", async () => {
  const thin = await askApi<{ series: { steps: number[] }[] }>(server, "GET", `/runs/${study.runs[0].id}/series?maxPoints=3`, {
    token,
  });
  expect(thin.body.series.map(({ steps }) => steps.length)).toEqual([3, 3]);
  const head = await ask(`/experiments/${study.id}/series?format=csv`);
  expect(head.headers.get("content-disposition")).toBe(
    "attachment; filename=\"collapsar.csv\"; filename*=UTF-8''Odd_%20_numbers_%20series.csv",
  );
  await head.arrayBuffer();
  const bare = await askApi(server, "HEAD", `/experiments/${study.id}/series?format=parquet`, { token });
  expect([bare.status, bare.text, bare.headers.get("content-type")]).toEqual([200, "", "application/vnd.apache.parquet"]);
});

test("refuses a form that there is not, an unknown series and an unknown parameter", async () => {
  const path = `/runs/${study.runs[0].id}/series`;
  const refused = async (query: string, headers = {}) => {
    const { status, body } = await askApi<ApiError>(server, "GET", path + query, { token, headers });
    return [status, body.error.code, body.error.message];
  };
  expect(await refused("", { accept: "text/html" })).toEqual([
    406,
    "NOT_ACCEPTABLE",
    "Series are given as application/json, application/x-ndjson, text/csv, application/vnd.apache.parquet: ask for one by Accept or ?format=.",
  ]);
  expect(await refused("?key=../etc")).toEqual([400, "INVALID", "query.key.0: no such series"]);
  expect((await refused("?nothing=1"))[2]).toBe(
    "query.nothing: there is no such parameter; there are: key, fromStep, toStep, maxPoints, format",
  );
  expect((await refused("?format=csv&format=json"))[2]).toBe("query.format: is given 2 times: give it once");
  expect((await refused("?fromStep=1e99"))[0]).toBe(400);
  expect((await refused("?fromStep=abc"))[0]).toBe(400);
});
