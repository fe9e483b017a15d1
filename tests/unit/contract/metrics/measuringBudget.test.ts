import { describe, expect, test } from "vitest";
import { expandGrid, experimentConfig } from "../../../../contract/config/experimentConfig.ts";
import { datasetSizes } from "../../../../contract/data/datasetSizes.ts";
import { launchFindings } from "../../../../contract/launch/launchFindings.ts";
import { measuredShape } from "../../../../contract/launch/measuredShape.ts";
import {
  isMeasuredAt,
  measuredEvery,
  measuredTimes,
  measuringBudget,
  metricCosts,
} from "../../../../contract/metrics/measuringBudget.ts";
import { picturedClasses } from "../../../../contract/metrics/picturedClasses.ts";
import { presets } from "../../../../contract/presets/presets.ts";

const shape = { classes: 1000, width: 512, layers: 20, train: 50_000, test: 1000 };

describe("the budget of a measurement", () => {
  test("counts the second pass: products with every class mean, moments, eigenvalues", () => {
    expect(metricCosts["second pass"]({ ...shape, classes: 100 })).toBe(
      20 * (50_000 * (2 * 100 * 512 + 100 ** 2) + 9 * 100 ** 3) + 1000 * (2 * 100 * 512 + 100 ** 2),
    );
    expect(metricCosts["second pass"](shape)).toBe(
      20 * (50_000 * (2 * 1000 * 512 + 512 ** 2) + 9 * 512 ** 3) + 1000 * (2 * 1000 * 512 + 512 ** 2),
    );
  });

  test("leaves it to every nth measurement, the last one among them", () => {
    expect(measuredEvery("second pass", { ...shape, classes: 100 })).toBe(1);
    expect(measuredEvery("second pass", shape)).toBe(2);
    expect(measuredEvery("sums", shape)).toBe(1);
    const schedule = [0, 1, 2, 5, 10, 20, 50];
    expect(schedule.filter((step) => isMeasuredAt(step, schedule, 2))).toEqual([0, 2, 10, 50]);
    expect(schedule.filter((step) => isMeasuredAt(step, schedule, 4))).toEqual([2, 50]);
    expect(schedule.filter((step) => isMeasuredAt(step, schedule, 100))).toEqual([50]);
    for (const every of [1, 2, 3, 4, 7, 100])
      expect(measuredTimes(schedule.length, every)).toBe(schedule.filter((step) => isMeasuredAt(step, schedule, every)).length);
  });

  test("is never exceeded on average", () => {
    for (const train of [1e3, 1e5, 1e6, 1e7])
      for (const classes of [2, 64, 65, 200, 1000]) {
        const one = { ...shape, train, classes };
        expect(metricCosts["second pass"](one) / measuredEvery("second pass", one)).toBeLessThanOrEqual(
          measuringBudget.operations,
        );
      }
  });

  test("takes nothing from any preset's measurements", () => {
    for (const { id, config } of presets)
      for (const run of expandGrid({ ...config, seeds: [0] }))
        for (const cost of ["sums", "second pass"] as const)
          expect(measuredEvery(cost, measuredShape(run, datasetSizes(run.dataset))), `${id}, ${cost}`).toBe(1);
  });

  test("is said before a launch", () => {
    const dataset = {
      id: "random-labels",
      classes: 1000,
      dimension: 8,
      trainPerClass: 50,
      testPerClass: 1,
      dataSeed: 0,
    } as const;
    const config = {
      ...presets[0]!.config,
      datasets: [dataset],
      architectures: [{ name: "rn1" as const, normalization: "post-ln" as const }],
      depths: [5, 20],
      widths: [512],
    };
    const said = launchFindings(config).warnings.filter(({ path }) => path[0] === "measuring");
    expect(said.map(({ message }) => message)).toEqual([
      "NC1 (pinv) and NC4 compare each sample with each of 1,000 class means, 1.3e+12 operations for RN1 of depth 20 and width 512: above the 1e+12 of a measurement, so that such runs have them at every 2nd measurement, counted back from the last. For more of them choose fewer samples per class, or a smaller depth or width.",
    ]);
    expect(launchFindings({ ...config, depths: [5] }).warnings.filter(({ path }) => path[0] === "measuring")).toEqual([]);
  });
});

test("a picture shows all classes up to 64, and 64 at even distances of more", () => {
  expect(picturedClasses(3)).toEqual([0, 1, 2]);
  expect(picturedClasses(64)).toEqual(Array.from({ length: 64 }, (_, k) => k));
  for (const classes of [65, 100, 1000]) {
    const shown = picturedClasses(classes);
    expect([shown.length, shown[0], new Set(shown).size]).toEqual([64, 0, 64]);
    expect(Math.max(...shown)).toBeLessThan(classes);
  }
});

test("a picture shows the classes that were chosen, of those that there are; with fewer than two of them the even sample", () => {
  expect(picturedClasses(100, [42, 7, 99])).toEqual([7, 42, 99]);
  expect(picturedClasses(50, [42, 7, 99])).toEqual([7, 42]);
  expect(picturedClasses(3, [2, 0])).toEqual([0, 2]);
  expect(picturedClasses(100, [])).toEqual(picturedClasses(100));
  expect(picturedClasses(10, [3, 99])).toEqual(picturedClasses(10));
});

test("what is chosen for the picture is 2 to 64 different classes, and a launch is refused where a data set lacks one", () => {
  const base = experimentConfig.parse({
    ...presets.find(({ id }) => id === "first-steps")!.config,
    datasets: [{ id: "gaussian-clusters", classes: 100, dimension: 8, trainPerClass: 2, testPerClass: 1 }],
  });
  const of = (pictured: number[]) => experimentConfig.safeParse({ ...base, measuring: { ...base.measuring, pictured } });
  for (const refused of [[1], Array.from({ length: 65 }, (_, k) => k), [4, 4], [1, 1000], [-1, 2], [0.5, 1]])
    expect(of(refused).success, String(refused.slice(0, 3))).toBe(false);
  const said = (pictured: number[]) =>
    launchFindings(of(pictured).data!).problems.flatMap(({ path, message }) => (path[1] === "pictured" ? [message] : []));
  expect(said([0, 99])).toEqual([]);
  expect(said([0, 100])).toEqual([
    expect.stringMatching(/^Class 100 is to be pictured, but .* has 100 classes, 0 to 99: choose among these/),
  ]);
});
