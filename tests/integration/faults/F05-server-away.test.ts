import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { long, RealStudy } from "../../support/builders/realStudy.ts";
import { ledgerOf } from "../../support/builders/study.ts";

const leaseMs = 2_000;
const study = RealStudy.forTests({ COLLAPSAR_HEARTBEAT_MS: "500", COLLAPSAR_LEASE_MS: String(leaseMs) });

// Step times with and without a server are in tests/bench/serverAway.ts.
test("F5: a server that is away for several leases: the run is measured on, and is the same attempt when it is back", async () => {
  const { folder } = await study.startWorker(1);
  const [run] = await study.launch(long);
  await study.measuredTo(run, 1_000);
  await study.server.kill();
  const stepNow = () =>
    ledgerOf([folder], run.id)
      .flat()
      .findLast(({ event }) => event.kind === "measurement")!.event;
  const reached: number[] = [];
  for (let leases = 0; leases < 3; leases++) {
    const event = stepNow();
    if (event.kind === "measurement") reached.push(event.step);
    await sleep(leaseMs);
  }
  expect(reached[1]).toBeGreaterThan(reached[0]);
  expect(reached[2]).toBeGreaterThan(reached[1]);
  await study.server.again();
  await study.reaches(run, "finished");
  expect(await study.outcomes(run)).toEqual(["FINISHED"]);
  await study.expectExact(run);
});
