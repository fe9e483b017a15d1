import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Line } from "../../chaos/line.ts";
import { long, medium, processOf, RealStudy } from "../../support/builders/realStudy.ts";
import { isRunning, spoolFiles } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

const leaseMs = 3_000;
const study = RealStudy.forTests({ COLLAPSAR_HEARTBEAT_MS: "500", COLLAPSAR_LEASE_MS: String(leaseMs) });
let line: Line;
beforeEach(async () => {
  line = await Line.open(Number(new URL(study.server.url).port));
});
afterEach(() => line.close());
const behindLine = () => ({ url: `http://127.0.0.1:${line.port}` });

describe.each([
  ["partitioned", () => line.partition()],
  ["half-open", () => line.halfOpen()],
] as const)("F7: a line that is %s", (_what, strike) => {
  test("for less than a lease: the same attempt continues, and nothing is missing", async () => {
    await study.startWorker(1, undefined, behindLine());
    const [run] = await study.launch(medium);
    await study.measuredTo(run, 1_000);
    strike();
    await sleep(leaseMs / 3);
    line.heal();
    await study.reaches(run, "finished");
    expect(await study.outcomes(run)).toEqual(["FINISHED"]);
    await study.expectExact(run);
  });
});

describe("F7: a partition that outlasts the lease", () => {
  test("gives the run to another worker; the first one learns of it when it is back, and stops", async () => {
    const first = await study.startWorker(1, undefined, behindLine());
    const [run] = await study.launch(long);
    await study.measuredTo(run, 1_000);
    const pid = processOf(first.folder, run);
    line.partition();
    const other = await study.startWorker(1);
    await until("the other worker has the run", () => spoolFiles(other.folder).includes(`${run.id}.2.jsonl`), 60_000);
    await until(
      "it has begun",
      async () => (await study.detail(run)).attempts.some(({ number, startedAt }) => number === 2 && startedAt !== null),
      60_000,
    );
    line.heal();
    await until("the first one's process is gone", () => !isRunning(pid));
    await study.reaches(run, "finished");
    expect(await study.outcomes(run)).toEqual(["WORKER_LOST", "FINISHED"]);
    await study.expectExact(run);
  });
});
