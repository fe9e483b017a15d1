import { expect, test, vi } from "vitest";
import { limits } from "../../../contract/limits.ts";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { getExperiment, grid, launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { slowness } from "../../support/processes/workerProcess.ts";

const range = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

onBothDatabases("Studies", (server) => {
  const list = (query = {}) => server().call("experiments.list", query);

  test("refuses a grid of a million cells before anything is stored", async () => {
    const million = grid({ seeds: range(64), depths: range(63, 2), widths: range(64, 8), losses: ["ce", "mse"] });
    const before = (await list()).total;
    const asked = performance.now();
    await expect(server().call("experiments.launch", { name: "great", config: million })).rejects.toMatchObject({
      code: "GRID_TOO_LARGE",
    });
    expect(performance.now() - asked).toBeLessThan(1_000 * slowness());
    expect((await list()).total).toBe(before);
    const estimate = await server().call("experiments.estimate", million);
    expect(estimate).toMatchObject({ runs: 64 * 63 * 64 * 2, limit: limits.gridRuns, timeMs: null });
    const { id } = await launch(server(), grid({ seeds: range(40), depths: range(50, 2) }));
    await expect(server().call("experiments.addDepths", { id, depths: [60] })).rejects.toMatchObject({ code: "GRID_TOO_LARGE" });
    expect((await getExperiment(server(), id)).runs).toHaveLength(2_000);
    expect(await server().call("experiments.cancel", { id })).toEqual({ cancelled: 2_000 });
  });

  test("adds depths and seeds once, and fills exactly the missing cells", async () => {
    const { id, runs } = await launch(server(), grid({ seeds: [0, 1], depths: [2, 3] }));
    expect(await server().call("experiments.addDepths", { id, depths: [5, 3] })).toEqual({ added: 2 });
    expect(await server().call("experiments.addDepths", { id, depths: [5, 3] })).toEqual({ added: 0 });
    expect(await server().call("experiments.addSeeds", { id, seeds: [7] })).toEqual({ added: 3 });
    const grown = await getExperiment(server(), id);
    expect(grown.config).toMatchObject({ depths: [2, 3, 5], seeds: [0, 1, 7] });
    expect(new Set(grown.runs.map(({ config }) => `${config.depth} ${config.seed}`)).size).toBe(9);
    expect(grown.runs.map((run) => run.ordinal)).toEqual(range(9));
    expect(await server().call("experiments.cancel", { id })).toEqual({ cancelled: 9 });
    await server().call("runs.remove", { id: runs[1].id });
    expect(await server().call("experiments.runMissing", { id })).toEqual({ queued: 9 });
    expect(await server().call("experiments.runMissing", { id })).toEqual({ queued: 0 });
    expect(await getExperiment(server(), id)).toMatchObject({ counts: { queued: 9 }, status: "queued" });
    await server().call("experiments.cancel", { id });
  });

  test("lists, searches, sorts, archives, deletes and brings back", async () => {
    const named = async (name: string, tags: string[]) => (await launch(server(), grid(), { name, tags })).id;
    const [alpha, beta] = [await named("Alpha 100%", ["paper"]), await named("beta <script>", ["toy", "paper"])];
    expect((await list({ search: "ALPHA" })).rows.map((row) => row.id)).toEqual([alpha]);
    expect((await list({ search: "100%" })).rows).toHaveLength(1);
    await server().call("experiments.update", { id: alpha, note: "Ablation of the **warm-up**, with 50_50 splits" });
    for (const search of ["WARM-UP", "50_50"]) expect((await list({ search })).rows.map((row) => row.id)).toEqual([alpha]);
    expect((await list({ search: "50-50" })).rows).toHaveLength(0);
    expect((await list({ tag: "paper", sort: "name", direction: "asc" })).rows.map((row) => row.id)).toEqual([alpha, beta]);
    expect((await list({ tag: "paper", sort: "created", limit: 1, offset: 1 })).rows.map((row) => row.id)).toEqual([alpha]);
    expect((await list({})).tags).toEqual(expect.arrayContaining(["paper", "toy"]));
    const changed = await server().call("experiments.update", {
      id: alpha,
      name: "Gamma",
      note: "$x^2$",
      tags: ["a", "a"],
      archived: true,
    });
    expect(changed).toMatchObject({ name: "Gamma", tags: ["a"], archived: true });
    expect((await list({ archived: true })).rows.map((row) => row.id)).toEqual([alpha]);
    expect((await getExperiment(server(), alpha)).note).toBe("$x^2$");
    expect(await server().call("experiments.cancel", { id: alpha })).toEqual({ cancelled: 1 });
    expect(await server().call("experiments.remove", { id: beta })).toEqual({ ok: true });
    await expect(getExperiment(server(), beta)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(server().call("experiments.remove", { id: beta })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await server().call("experiments.restore", { id: beta })).toEqual({ ok: true });
    expect(await getExperiment(server(), beta)).toMatchObject({ counts: { cancelled: 1 }, status: "incomplete" });
  });

  test("gives series thinned, in windows, by layers, and as tables", async () => {
    const worker = await RawWorker.connect(server());
    const { id, runs } = await launch(server(), grid({ depths: [4] }));
    const lease = await worker.nextAssignment(runs[0].id);
    const at = (step: number) =>
      measured(
        step,
        Object.fromEntries([
          ["train/loss", 2 ** (-step / 100)],
          ...range(4, 1).map((layer) => [`train/nc1.ratio@${layer}`, layer / (step + 1)]),
        ]),
      );
    await worker.events(lease, numbered([started(0, 2_000)]));
    for (let first = 0; first < 2_000; first += 400) await worker.events(lease, numbered(range(400, first).map(at), first + 2));
    await worker.events(lease, numbered([finished(2_000)], 2_002));
    const [thin] = await server().call("experiments.series", { id, keys: ["train/loss"], maxPoints: 50 });
    expect(thin).toMatchObject({ runId: runs[0].id, total: 2_000 });
    expect(thin.steps).toHaveLength(50);
    expect([thin.steps[0], thin.steps.at(-1)]).toEqual([0, 1_999]);
    expect(thin.values).toEqual(thin.steps.map((step) => 2 ** (-step / 100)));
    const [window] = await server().call("runs.series", {
      id: runs[0].id,
      keys: ["train/loss"],
      fromStep: 500,
      toStep: 509,
    });
    expect(window.steps).toEqual(range(10, 500));
    const since = await server().call("runs.series", { id: runs[0].id, sinceStep: 1_998 });
    expect(since.map((series) => series.steps)).toEqual(range(5).map(() => [1_999]));
    expect(await server().call("runs.series", { id: runs[0].id, sinceStep: 1_999 })).toEqual([]);
    const [profile] = await server().call("experiments.profile", { id, metric: "nc1.ratio" });
    expect(profile.layers[0]).toEqual([1, 2, 3, 4]);
    expect([profile.steps[0], profile.steps.at(-1), profile.steps.length]).toEqual([0, 1_999, 150]);
    const detail = await getExperiment(server(), id);
    expect(detail.runs[0].last["train/nc1.ratio@4"]).toBe(4 / 2_000);
    const csv = await (await fetch(`${server().url}/export/runs/${runs[0].id}.csv?head=none`)).text();
    expect(csv.trim().split("\r\n")).toHaveLength(1 + 5 * 2_000);
    const table = await (await fetch(`${server().url}/export/experiments/${id}.csv`)).text();
    expect(table).toContain("train/nc1.ratio@last");
    // A study's row is counted again a moment after its runs changed.
    await vi.waitFor(async () => {
      const summary = (await list({ sort: "nc1", direction: "asc" })).rows.find((row) => row.id === id)!;
      expect(summary).toMatchObject({ nc1: { last: 4 / 2_000 } });
      expect(summary.nc1!.course.length).toBeLessThanOrEqual(40);
    }, 60_000);
    worker.close();
  });

  test("refuses what would end runs before anything is stored, and deeper runs that no worker can hold", async () => {
    const mini = { id: "fashion-mnist-mini" as const, trainPerClass: 20, testPerClass: 10 };
    const before = (await list()).total;
    const refused = (config: ReturnType<typeof grid>) =>
      expect(server().call("experiments.launch", { name: "too much", config })).rejects;
    const training = (change: object) => ({ ...grid().training, ...change });
    await refused(grid({ datasets: [mini], training: training({ batch: 512 }) })).toMatchObject({
      code: "INVALID",
      message:
        "A batch of 512 is above the 200 training samples of Fashion-MNIST-mini n=20: choose at most 200, or the full batch.",
    });
    await refused(grid({ datasets: [{ ...mini, testPerClass: 51 }] })).toMatchObject({
      code: "INVALID",
      message:
        "51 test samples of class T-shirt/top are requested, but Fashion-MNIST-mini has 50: choose at most 50, or leave it empty for all.",
    });
    const cifar = { id: "cifar10" as const, trainPerClass: null, testPerClass: null };
    const worker = await RawWorker.connect(server());
    const large = grid({ datasets: [cifar], widths: [1024], training: training({ batch: "full" }), seeds: [0] });
    await refused({ ...large, depths: [64] }).toMatchObject({
      code: "INVALID",
      message: expect.stringMatching(
        /L = 64, d = 1,024 on CIFAR-10, full batch, needs about \d\d GB of memory, and the worker .* has 16 GB/,
      ),
    });
    expect((await list()).total).toBe(before);
    const { memoryBytes } = await server().call("experiments.estimate", { ...large, depths: [64] });
    expect(memoryBytes).toBeGreaterThan(40e9);
    const { id } = await launch(server(), { ...large, depths: [2] });
    await expect(server().call("experiments.addDepths", { id, depths: [64] })).rejects.toMatchObject({ code: "INVALID" });
    expect((await getExperiment(server(), id)).runs).toHaveLength(1);
    await server().call("experiments.cancel", { id });
    worker.close();
  });

  test("counts measuring, starting and what comes after training in estimates and in the time left", async () => {
    const worker = await RawWorker.connect(server(), { slots: 1 });
    const config = (change: object) =>
      grid({ depths: [8], widths: [128], training: { ...grid().training, steps: 1_000 }, ...change });
    const { runs } = await launch(server(), config({ measuring: { name: "log", perDecade: 10 } }));
    const lease = await worker.nextAssignment(runs[0].id);
    const times = { steps: 1_000, trainingMs: 4_000, measurements: 29, measuringMs: 2_900, evaluatingMs: 0 };
    const end = { ...finished(), step: 1_000, times };
    await worker.events(
      lease,
      numbered([started(), Object.assign(measured(1_000, { "train/stepMs": 3 }), { measureMs: 80 }), end]),
    );
    const every = config({ measuring: { name: "every", steps: 1 }, seeds: [0, 1] });
    const { timeMs, basis } = await server().call("experiments.estimate", every);
    // Two runs of 1,000 steps of 4 ms and 1,001 measurements of 100 ms each, on one slot.
    expect(timeMs).toBeGreaterThanOrEqual(2 * (4_000 + 100_100));
    expect(timeMs).toBeLessThan(2 * (4_000 + 100_100) + 10_000);
    expect(basis).toMatch(/measurements scaled from measured runs, e\.g\. RN1, depth 8, width 128/);
    const { id, runs: two } = await launch(server(), every);
    const first = await worker.nextAssignment(two[0].id);
    await worker.events(first, numbered([started(), Object.assign(measured(500, { "train/stepMs": 4 }), { measureMs: 100 })]));
    await vi.waitFor(
      async () => {
        const { timeLeftMs } = await server().call("experiments.get", { id });
        // Half of the first run, and all of the second.
        expect(timeLeftMs).toBeGreaterThan(1.5 * (4_000 + 100_100) - 1_000);
        expect(timeLeftMs).toBeLessThan(1.5 * (4_000 + 100_100) + 10_000);
      },
      { timeout: 60_000, interval: 200 },
    );
    await server().call("experiments.cancel", { id });
    worker.close();
  });

  test("estimates from measured step times", async () => {
    const worker = await RawWorker.connect(server(), { slots: 2 });
    const { runs } = await launch(server(), grid({ depths: [8], widths: [256] }));
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started(), measured(1, { "train/stepMs": 4 }), finished()]));
    const same = await server().call("experiments.estimate", grid({ depths: [8], widths: [256], seeds: [0, 1] }));
    expect(same).toMatchObject({ runs: 2, slots: 2 });
    expect(same.timeMs).toBeGreaterThanOrEqual(1_500 * 4);
    const wider = await server().call("experiments.estimate", grid({ depths: [8], widths: [512], seeds: [0, 1] }));
    expect(wider.timeMs! / same.timeMs!).toBeGreaterThan(2);
    worker.close();
  });
});
