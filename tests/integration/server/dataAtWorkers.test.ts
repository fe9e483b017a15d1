import { expect, test } from "vitest";
import { datasetConfig } from "../../../contract/data/datasetConfig.ts";
import type { OwnSet } from "../../../contract/data/ownSet.ts";
import { finished, numbered, started } from "../../support/builders/events.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { until } from "../../support/until.ts";

const table: OwnSet = {
  ...{ id: "text-file", name: "reviews.tsv", problem: null, warnings: [] },
  ...{ classNames: ["bad", "good"], trainCounts: [50, 40], testCounts: null },
};
const study = (seeds: number[]) =>
  grid({
    datasets: [datasetConfig.parse({ id: "text-file", file: "reviews.tsv" })],
    architectures: [{ name: "t11", normalization: "pre-ln" }],
    widths: [16],
    seeds,
  });
const says = (worker: RawWorker, sets: OwnSet[]) => worker.socket.emit("ownSets", { part: 0, of: 1, sets });

onBothDatabases("A set that one of two workers has", (server) => {
  const listed = async (worker: RawWorker) =>
    (await server().call("workers.list")).find(({ id }) => id === worker.id)?.ownSets ?? null;
  test("takes its runs there, also while that worker is busy and the other idle", async () => {
    const [without, having] = [await RawWorker.connect(server()), await RawWorker.connect(server())];
    says(without, []);
    says(having, [table, { ...table, name: "other.tsv" }]);
    await until("the own sets are listed", async () => (await listed(without)) !== null && (await listed(having))?.length === 2);
    const { runs } = await launch(server(), study([0, 1]));
    const first = await having.nextAssignment();
    await having.events(first, numbered([started()]));
    // A generated set can be had anywhere: the idle worker takes it past the run that waits.
    const elsewhere = await launch(server());
    const other = await without.nextAssignment(elsewhere.runs[0].id);
    await without.events(other, numbered([started(), finished()]));
    await having.events(first, numbered([finished()], 2));
    const second = await having.nextAssignment();
    await having.events(second, numbered([started(), finished()]));
    for (const { id } of runs) expect((await untilStatus(server(), id, "finished")).attempt).toBe(1);
    expect(without.assigned).toEqual([]);
    for (const worker of [without, having]) worker.close();
  });

  test("is waited for while a worker that has just come may still list it", async () => {
    const [without, having] = [await RawWorker.connect(server()), await RawWorker.connect(server())];
    says(without, []);
    await until("the own sets are listed", async () => (await listed(without)) !== null);
    const { runs } = await launch(server(), study([2]));
    await new Promise((resolve) => setTimeout(resolve, 500));
    says(having, [table]);
    const lease = await having.nextAssignment(runs[0].id);
    await having.events(lease, numbered([started(), finished()]));
    expect(without.assigned).toEqual([]);
    for (const worker of [without, having]) worker.close();
  });

  test("went from everywhere while its run waited: the run is given out, and its failure says what is missing", async () => {
    const { runs } = await launch(server(), study([3]));
    const [one, other] = [await RawWorker.connect(server()), await RawWorker.connect(server())];
    for (const worker of [one, other]) says(worker, [{ ...table, problem: "its line 3 has no tab" }]);
    await Promise.any([one, other].map((worker) => worker.nextAssignment(runs[0].id)));
    for (const worker of [one, other]) worker.close();
  });

  test("is listed in parts, of which only a whole list counts", async () => {
    const worker = await RawWorker.connect(server());
    const part = (at: number, name: string) => worker.socket.emit("ownSets", { part: at, of: 2, sets: [{ ...table, name }] });
    part(0, "a.tsv");
    part(1, "b.tsv");
    await until("the own sets are listed", async () => (await listed(worker))?.length === 2);
    part(1, "torn.tsv");
    worker.socket.emit("ownSets", { part: 0, of: 1, sets: "nonsense" });
    part(0, "c.tsv");
    part(1, "d.tsv");
    await until("the own sets are listed", async () => (await listed(worker))?.[0].name === "c.tsv");
    expect((await listed(worker))?.map(({ name }) => name)).toEqual(["c.tsv", "d.tsv"]);
    worker.close();
  });
});
