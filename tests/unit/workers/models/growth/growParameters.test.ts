import { describe, expect, test } from "vitest";
import type { RunConfig } from "../../../../../contract/config/runConfig.ts";
import { matrix } from "../../../../../math/linear/matrix.ts";
import { singularValues } from "../../../../../math/linear/singularValues.ts";
import type { Dataset } from "../../../../../workers/data/dataset.ts";
import { createEngine } from "../../../../../workers/engine/createEngine.ts";
import { makeObserver } from "../../../../../workers/measure/observer.ts";
import { runOptimum } from "../../../../../workers/measure/runOptimum.ts";
import { defineNetwork } from "../../../../../workers/models/defineNetwork.ts";
import { growParameters } from "../../../../../workers/models/growth/growParameters.ts";
import { initializeParameters, parameterSlice, squaredNorms } from "../../../../../workers/models/parameterLayout.ts";
import { dataOf, smallRun } from "../../builders.ts";
import { imageRun, textRun } from "../../data/tokenData.ts";
import { gradientBy } from "../../gradientBy.ts";

const engine = await createEngine({ device: "cpu", engine: "compiled" });

type Overrides = Parameters<typeof smallRun>[0];
interface Made {
  config: RunConfig;
  data: Dataset;
}
const onVectors = (overrides: Overrides): Made => {
  const config = smallRun(overrides);
  return { config, data: dataOf(config) };
};
const pre = { normalization: "pre-ln" };
const open = { normalization: "pre-ln-open" };
const slack = { family: "slack", lambda: 0.02, rho: 0.3 };
/** Every form, each normalization, losses, heads, and a regularizer that does not depend on L. */
const forms: { name: string; make: (overrides: Overrides) => Made }[] = [
  { name: "RN1", make: onVectors },
  { name: "RN1 pre-LN", make: (o) => onVectors({ ...pre, ...o }) },
  { name: "RN1 pre-LN open", make: (o) => onVectors({ ...open, ...o }) },
  {
    name: "RN1, squared error, head bias, slack",
    make: (o) => onVectors({ loss: "mse", headBias: true, regularizer: slack, ...o }),
  },
  { name: "RN2", make: (o) => onVectors({ architecture: "rn2", ...o }) },
  { name: "RN2 pre-LN", make: (o) => onVectors({ architecture: "rn2", ...pre, ...o }) },
  { name: "Conv", make: (o) => imageRun({ architecture: "conv", ...o, patch: undefined }) },
  { name: "Conv pre-LN", make: (o) => imageRun({ architecture: "conv", ...pre, ...o, patch: undefined }) },
  ...["t11", "t12", "t21", "t22"].flatMap((architecture) => [
    { name: `${architecture} on images`, make: (o: Overrides) => imageRun({ architecture, heads: 2, ...o }) },
    { name: `${architecture} pre-LN on texts`, make: (o: Overrides) => textRun({ architecture, ...pre, ...o }) },
  ]),
];

/** J of the whole training set, as runs are measured. */
async function objective({ config, data }: Made, parameters: Float32Array): Promise<number> {
  const network = defineNetwork(config, data);
  const observer = await makeObserver(engine, config, network, data, runOptimum(config, data.resolved.trainCounts));
  const { values } = await observer.observe(0, { parameters });
  await observer.dispose();
  return values["train/loss"];
}

function grow(
  make: (o: Overrides) => Made,
  depths: [number, number],
  blocks: "identity" | "split",
  epsilon = 0.1,
  more: Overrides = {},
) {
  const [shallow, deep] = depths.map((depth) => make({ depth, ...more }));
  const [from, to] = [shallow, deep].map(({ config, data }) => defineNetwork(config, data));
  const values = initializeParameters(from.parameters, 5);
  for (let i = 0; i < values.length; i++) if (values[i] === 0) values[i] = 0.05 * Math.sin(i + 1); // biases too
  const grown = growParameters(
    { specs: from.parameters, values, head: from.head },
    { specs: to.parameters, head: to.head },
    { blocks, epsilon },
    9,
  );
  return { shallow, deep, to, values, grown };
}

describe.each(forms)("$name", ({ make }) => {
  test.each([[3, 5]])(
    "from depth %i to %i: J is that of before, and rises by the ridge of random matrices alone",
    async (...depths) => {
      const { shallow, deep, to, values, grown } = grow(make, depths as [number, number], "identity");
      const before = await objective(shallow, values);
      const base = await objective(deep, grown.base);
      expect(Math.abs(base / before - 1)).toBeLessThan(1e-6);
      const [cost, free] = [grown.parameters, grown.base].map((flat) => squaredNorms(flat, to.parameters).hidden);
      const { regularizer } = deep.config;
      const lambda = regularizer.family === "weights" || regularizer.family === "slack" ? regularizer.lambda : 0;
      const started = await objective(deep, grown.parameters);
      expect(Math.abs(started / (base + (lambda / 2) * (cost - free)) - 1)).toBeLessThan(1e-6);
    },
  );

  test("no matrix of a new block is dead but one that waits for another, and the first to move has full rank", async () => {
    const { deep, to, grown } = grow(make, [2, 4], "identity");
    const gradient = Float32Array.from(await gradientBy(engine, deep.config, deep.data, grown.parameters));
    const rise = Float32Array.from(gradient);
    const waits = /\.(QK|Q|K|V|1)$/; // they are behind a matrix that is 0 yet
    for (const block of grown.blocks)
      for (const spec of to.parameters.filter(({ name }) => new RegExp(`^W${block}(\\..+)?$`).test(name) && !waits.test(name))) {
        const [rows, columns] = spec.shape;
        const slice = parameterSlice(rise, to.parameters, spec.name);
        const { values } = singularValues(matrix(rows, columns, slice));
        const sorted = Array.from(values).sort((a, b) => b - a);
        expect(sorted[0], spec.name).toBeGreaterThan(1e-6);
        // LN takes the mean of what a block adds away: d − 1 directions are left, or as many as there are samples.
        const full = Math.min(rows - 1, deep.data.train.count - 1, columns - 1);
        expect(sorted[Math.min(full, 3) - 1] / sorted[0], spec.name).toBeGreaterThan(1e-5);
      }
  });
});

test("with W = 0 and b = 0 a new block of one layer would be dead", async () => {
  const { deep, to, grown } = grow(onVectors, [2, 3], "identity", 1e-30);
  const [block] = grown.blocks;
  parameterSlice(grown.parameters, to.parameters, `b${block}`).fill(0);
  const gradient = Float32Array.from(await gradientBy(engine, deep.config, deep.data, grown.parameters));
  expect(Math.max(...parameterSlice(gradient, to.parameters, `W${block}`).map(Math.abs))).toBe(0);
});

test("with λ/L the ridge of the older part falls: J is lower than before", async () => {
  const regularizer = { family: "weights", objective: "split", lambda: 0.05, scaling: "inverse-depth", headLambda: 0.02 };
  const { shallow, deep, values, grown } = grow(onVectors, [3, 5], "identity", 0.1, { regularizer });
  expect(await objective(deep, grown.base)).toBeLessThan(await objective(shallow, values));
});

test("split blocks have equal parts of their branch, and the base stays the identity", async () => {
  const { shallow, deep, to, values, grown } = grow(onVectors, [3, 5], "split");
  expect(grown.blocks).toEqual([1, 2, 3, 4]);
  const part = (name: string) => Array.from(parameterSlice(grown.parameters, to.parameters, name));
  const from = defineNetwork(shallow.config, shallow.data).parameters;
  for (const name of ["W1", "W2"])
    expect(part(name)).toEqual(Array.from(parameterSlice(values, from, "W1"), (w) => Math.fround(w / 2)));
  expect(part("b3")).toEqual(Array.from(parameterSlice(values, from, "b2"), (b) => Math.fround(b / 2)));
  expect(part("W5")).toEqual(Array.from(parameterSlice(values, from, "W3")));
  expect(Math.abs((await objective(deep, grown.base)) / (await objective(shallow, values)) - 1)).toBeLessThan(1e-6);
});

test("what is not deeper, or differs otherwise, is refused by name", () => {
  const a = defineNetwork(smallRun({ depth: 3 }), dataOf(smallRun()));
  const wide = defineNetwork(smallRun({ depth: 5, width: 12 }), dataOf(smallRun()));
  const from = { specs: a.parameters, values: initializeParameters(a.parameters, 1), head: a.head };
  const how = { blocks: "identity", epsilon: 0.1 } as const;
  expect(() => growParameters(from, { specs: a.parameters, head: a.head }, how, 1)).toThrow(
    "a network of 2 blocks does not grow from one of 2",
  );
  expect(() => growParameters(from, { specs: wide.parameters, head: wide.head }, how, 1)).toThrow(
    "W0 [12 × 4] has no equal in the shallower network",
  );
});
