import { afterAll, beforeAll, expect, test } from "vitest";
import { trainingConfig } from "../../../contract/config/trainingConfig.ts";
import { datasetConfig } from "../../../contract/data/datasetConfig.ts";
import { limits } from "../../../contract/limits.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { TestServer } from "../../support/processes/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ localWorker: true });
});
afterAll(() => server?.stop());

test("a thousand classes are trained, measured by every measure of a layer, listed by class and pictured in part", async () => {
  const classes = 1_000;
  const clusters = { id: "gaussian-clusters", classes, dimension: 24, trainPerClass: 2, testPerClass: 1 };
  const config = grid({
    datasets: [datasetConfig.parse(clusters)],
    depths: [2],
    widths: [48],
    seeds: [0],
    training: trainingConfig.parse({ steps: 4, learningRate: 0.01 }),
    measuring: { name: "every", steps: 2 },
  });
  const { runs } = await launch(server, config);
  const { id } = runs[0]!;
  const { last, step } = await untilStatus(server, id, "finished", 400_000);
  for (const key of [
    "nc1.ratio@2",
    "nc1.pinv@1",
    "nc2.norms@2",
    "nc2.angles@2",
    "nc3.cosine@2",
    "gnc2.log.variance@2",
    "probe@1",
  ])
    expect(last[`train/${key}`], key).toBeGreaterThan(0);
  expect(last["train/nc4.ncc@2"]).toBeGreaterThanOrEqual(0);
  const key = "train/norms.means.class@2:*";
  const { lists } = await server.call("runs.lists", { id, keys: [key], step });
  expect(lists[key]).toHaveLength(classes);
  const pictures = await server.call("runs.geometry", { id });
  expect(pictures.length).toBeGreaterThan(0);
  for (const picture of pictures) {
    expect(picture).toMatchObject({ classes: limits.picturedClasses, of: classes });
    expect(picture.meansGram).toHaveLength(limits.picturedClasses ** 2);
  }
}, 600_000);
