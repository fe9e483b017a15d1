import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { createCompiledEngine } from "../../../workers/engine/compiledEngine.ts";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import type { Engine } from "../../../workers/engine/engine.ts";
import { packStep } from "../../../workers/engine/packDefinition.ts";
import { traceStep } from "../../../workers/engine/traceDefinition.ts";
import { defineMembersStep, type PackMember } from "../../../workers/training/packTrainer.ts";
import { dataOf, smallRun } from "../../unit/workers/builders.ts";
import { imageRun, textRun } from "../../unit/workers/data/tokenData.ts";
import { type Family, families } from "../../unit/workers/families.ts";
import { distance, threeMembers, trainAlone, trainTogether } from "../../unit/workers/pack/members.ts";

tf.enableProdMode();
const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });

type Overrides = NonNullable<Parameters<typeof smallRun>[0]>;
const onVectors = (overrides: Overrides) => {
  const config = smallRun(overrides);
  return { config, data: dataOf(config) };
};
// Adam's usual ε magnifies rounding where a gradient is nearly zero.
const optimizers = { Adam: { name: "adam", epsilon: 1e-3 }, SGD: { name: "sgd" } };
const architectures: { name: string; run: (overrides: Overrides) => ReturnType<Family["run"]> }[] = [
  { name: "RN1", run: (overrides) => onVectors({ architecture: "rn1", ...overrides }) },
  { name: "RN2", run: (overrides) => onVectors({ architecture: "rn2", headBias: true, ...overrides }) },
  { name: "free features", run: (overrides) => onVectors({ architecture: "ufm", depth: 1, ...overrides }) },
  { name: "conv", run: (overrides) => imageRun({ architecture: "conv", patch: undefined, ...overrides }) },
  { name: "MLP", run: (overrides) => onVectors({ architecture: "mlp", activation: "gelu", ...overrides }) },
  {
    name: "MLP of other widths without LN",
    run: (overrides) =>
      onVectors({
        architecture: "mlp",
        normalization: "none",
        activation: "tanh",
        widths: [12, 5, 8],
        headBias: true,
        ...overrides,
      }),
  },
  {
    name: "ResNet",
    // BatchNorm over so few samples magnifies rounding more than the other networks do.
    run: ({ training, ...overrides }) =>
      imageRun({
        ...{ architecture: "resnet", patch: undefined, depth: 20, headBias: true, ...overrides },
        training: { ...(training as object), learningRate: 1e-5 },
      }),
  },
  {
    name: "RN2 on sums",
    run: (overrides) =>
      onVectors({ architecture: "rn2", dataset: { id: "modular-addition", modulus: 5, trainShare: 0.6 }, ...overrides }),
  },
  {
    name: "T21 on contexts",
    run: (overrides) =>
      onVectors({
        ...{ architecture: "t21", heads: 2 },
        dataset: { id: "next-token", tokens: 4, context: 3, trainSamples: 30, testSamples: 10, exponent: 0.2, strength: 0.5 },
        ...overrides,
      }),
  },
  ...["t11", "t12", "t21", "t22"].flatMap((architecture, i) => [
    {
      name: `${architecture} on images`,
      run: (overrides: Overrides) => imageRun({ architecture, heads: 1 + (i % 2), ...overrides }),
    },
    {
      name: `${architecture} on texts`,
      run: (overrides: Overrides) => textRun({ architecture, heads: 2 - (i % 2), ...overrides }),
    },
  ]),
];
/** Muon with Adam's usual ε, and shares at both ends and between them; the sign of a momentum that is nearly zero is that of its rounding. */
const others = {
  "AdamW by its share": { name: "adam", epsilon: 1e-3, share: 0 },
  "Adam, share 0.4": { name: "adam", epsilon: 1e-3, share: 0.4 },
  SGDW: { name: "sgd", share: 0 },
  Muon: { name: "muon", epsilon: 1e-3, share: 0.4 },
  "Muon without Nesterov": { name: "muon", nesterov: false, epsilon: 1e-3, share: 0 },
  Signum: { name: "signum", share: 0.4 },
};
// Small enough that 50 steps do not carry a difference of rounding far.
const training = { steps: 5, learningRate: 0.003 };
const losses = [{ loss: "ce" }, { loss: "mse" }];
/** All networks give them the same logits: one of each kind is enough. */
const shapedLosses = [
  { loss: "ce", smoothing: 0.1 },
  { loss: "focal", gamma: 2 },
];
const ofEachKind = ["RN1", "free features", "conv", "t11 on images"];
const table: Family[] = architectures.flatMap(({ name, run }) =>
  [...losses, ...(ofEachKind.includes(name) ? shapedLosses : [])].flatMap((loss) =>
    Object.entries(optimizers).map(([optimizerName, optimizer]) => ({
      name: `${name}, ${Object.values(loss).join(" ")}, ${optimizerName}`,
      run: () => run({ ...loss, training: { ...training, optimizer } }),
    })),
  ),
);
const regularizers = [
  { family: "weights", objective: "split", scaling: "inverse-depth", lambda: 0.02, headLambda: 0.03 },
  { family: "features", lambdaW: 0.03, lambdaH: 0.002, lambdaB: 0.01 },
  { family: "slack", lambda: 0.02, rho: 0.3 },
  { family: "slack", lambda: 0.02, rho: 0.3, frame: "orthogonal" },
  { family: "adamw", lambda: 0.1 },
  { family: "none" },
];
const shares: Family[] = architectures.flatMap(({ name, run }) =>
  Object.entries(others).map(([optimizerName, optimizer]) => ({
    name: `${name}, ${optimizerName}`,
    run: () => run({ training: { ...training, learningRate: optimizer.name === "signum" ? 1e-4 : 0.003, optimizer } }),
  })),
);
const norms = [
  { normalization: "post-ln", definition: undefined },
  { normalization: "pre-ln", definition: 2 },
  { normalization: "pre-ln", definition: undefined },
  { normalization: "pre-ln-open", definition: undefined },
];
const kinds: Family[] = [
  ...["rn1", "ufm"].flatMap((architecture) =>
    regularizers.flatMap((regularizer) =>
      Object.entries(optimizers).map(([optimizerName, optimizer]) => ({
        name: `${architecture}, ${Object.values(regularizer).join(" ")}, ${optimizerName}`,
        run: () =>
          onVectors({
            architecture,
            regularizer,
            headBias: true,
            ...(architecture === "ufm" ? { depth: 1 } : {}),
            training: { ...training, optimizer },
          }),
      })),
    ),
  ),
  ...norms.flatMap((norm) => [
    { name: `rn2, ${Object.values(norm).join(" ")}`, run: () => onVectors({ architecture: "rn2", ...norm, training }) },
    { name: `t12, ${Object.values(norm).join(" ")}`, run: () => imageRun({ architecture: "t12", ...norm, training }) },
  ]),
];

async function compare(engine: Engine, given: ReturnType<Family["run"]>, updates: number, last: number) {
  const members = threeMembers(given, updates);
  const together = await trainTogether(engine, members, updates);
  for (const [i, member] of members.entries()) {
    const alone = await trainAlone(engine, member, updates);
    const pack = together[i];
    expect(alone.fits).toHaveLength(updates);
    expect(pack.fits).toHaveLength(updates);
    expect(Math.abs(pack.fits[0] / alone.fits[0] - 1), `step 1 of member ${i}`).toBeLessThan(1e-6);
    expect(Object.keys(pack.first)).toEqual(Object.keys(alone.first));
    expect(distance(alone.first.parameters, pack.first.parameters), `member ${i} after step 1`).toBeLessThan(1e-6);
    expect(Math.abs(pack.fits[updates - 1] / alone.fits[updates - 1] - 1), `step ${updates} of member ${i}`).toBeLessThan(last);
    for (const name of Object.keys(alone.last))
      expect(distance(alone.last[name], pack.last[name]), `${name} of member ${i} at the end`).toBeLessThan(last);
  }
  // They are different runs.
  expect(new Set(together.map(({ fits }) => fits[updates - 1].toFixed(6))).size).toBe(3);
}

describe("compiled: a run in a pack is the run alone, to 1e-6 at step 1 and 1e-5 after 50", () => {
  test.each([...table, ...shares, ...kinds])("$name", async ({ run }) => compare(compiled, run(), 50, 1e-5));
});

test("compiled: a convolutional run whose maps are large enough to be filtered minimally, which those of a pack are not", async () => {
  const { config, data } = imageRun({
    architecture: "conv",
    patch: undefined,
    width: 128,
    training: { ...training, optimizer: optimizers.Adam },
  });
  const times = 4;
  const { count, inputs, labels } = data.train;
  const at = (i: number, size: number) => i % size;
  const train = {
    count: times * count,
    inputs: Float32Array.from({ length: times * inputs.length }, (_, i) => inputs[at(i, inputs.length)] + 0.1 * Math.sin(i)),
    labels: Uint16Array.from({ length: times * count }, (_, i) => labels[at(i, count)]),
  };
  const given = { config, data: { ...data, train } };
  const operators = (members: PackMember[]) => {
    const { definition, pack } = defineMembersStep(members, "cpu");
    return traceStep(packStep(definition, pack), { filtersMinimally: true }).operators;
  };
  const members = threeMembers(given, 12);
  expect(operators(members.slice(0, 1)).FusedConv).toBeGreaterThan(0);
  expect(operators(members).FusedConv).toBeUndefined();
  await compare(compiled, given, 12, 1e-5);
});

describe("compiled, in batches: at step 1, and three steps on", () => {
  test.each(architectures.filter(({ name }) => name !== "free features"))("$name", async ({ run }) =>
    compare(compiled, run({ training: { ...training, optimizer: optimizers.Adam, batch: 4 } }), 3, 1e-4),
  );
});

describe("compiled: a run whose parameters are no numbers leaves the others as they are, bit for bit", () => {
  test.each(families)("$name", async ({ run }) => {
    const members = threeMembers(run(), 2);
    const calm = await trainTogether(compiled, members, 2);
    const spoilt = members.map((member, i) =>
      i === 1 ? { ...member, state: { parameters: member.state.parameters.map(() => Number.NaN) } } : member,
    );
    const beside = await trainTogether(compiled, spoilt, 2);
    expect(beside[1].fits.map(Number.isFinite)).toEqual([false, false]);
    for (const i of [0, 2]) expect(beside[i]).toEqual(calm[i]);
  });
});

describe("through a loop at every call, as on CUDA, a pack trains as by single calls, bit for bit", () => {
  const looping = createCompiledEngine(compiled.choice, 1, "always");
  test.each(families)("$name", async ({ run }) => {
    const members = threeMembers(run(), 3);
    expect(await trainTogether(looping, members, 3)).toEqual(await trainTogether(compiled, members, 3));
  });
});

describe("eager: a run in a pack is the run alone", () => {
  test.each(families)("$name", async ({ run }) => compare(eager, run(), 3, 1e-5));
});
