import { afterEach, beforeEach, expect, test } from "vitest";
import { type Api, connect, smallStudy } from "../../support/builders/study.ts";
import { ServerProcess } from "../../support/processes/serverProcess.ts";
import { until } from "../../support/until.ts";

let server: ServerProcess;
let api: Api;

beforeEach(async () => {
  server = await ServerProcess.start(true);
  api = connect(server.url);
});
afterEach(() => server.stop());

test("six seeds on the server's own worker are claimed, trained and stored as packs, each run as one of its own", async () => {
  await until("the worker is connected", async () => (await api.workers.list.query()).some((each) => each.connected), 60_000);
  const config = smallStudy({ depths: [3], seeds: [0, 1, 2, 3, 4, 5], steps: 200 });
  const { id } = await api.experiments.launch.mutate({ name: "pack", config });
  await until("all have ended", async () => (await api.experiments.get.query({ id })).status === "finished", 120_000);
  const { runs, counts } = await api.experiments.get.query({ id });
  expect(counts).toMatchObject({ finished: 6 });
  expect(runs.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1, 1]);
  const packed = runs.filter(({ pack }) => pack !== undefined);
  expect(packed.length).toBeGreaterThanOrEqual(2);
  for (const { id: own, pack } of packed) {
    expect(pack!.with).toHaveLength(pack!.runs - 1);
    expect(runs.map((run) => run.id)).toEqual(expect.arrayContaining(pack!.with));
    expect(pack!.with).not.toContain(own);
  }
});
