import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { effectiveRidge } from "../../../../contract/config/regularizer.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import { makeFeatureReader } from "../../../../workers/measure/featureReader.ts";
import { makeObserver } from "../../../../workers/measure/observer.ts";
import { runOptimum } from "../../../../workers/measure/runOptimum.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import { initializeParameters, parameterSlice, sizeOf } from "../../../../workers/models/parameterLayout.ts";
import { makeTrainer } from "../../../../workers/training/train.ts";
import { dataOf, smallRun } from "../builders.ts";
import { expectSummary, type Summary, summary } from "./vectorSummary.ts";

tf.enableProdMode();
const engines = [
  await createEngine({ device: "cpu", engine: "compiled" }),
  await createEngine({ device: "cpu", engine: "eager" }),
] as const;

interface Reference {
  config: { activation?: string; normalization: string; widths: number[] };
  fit: number;
  features: Summary[];
  weights: Summary[];
  biases: Summary[];
}

/**
 * PyTorch's, in float64: fit and features, and the parameters after a step of gradient descent of rate 0.05 on the mean cross entropy and
 * (0.02/2)‖W‖² of every matrix. Of each vector its norm and its product with cos(0), cos(1), …
 *
 *   wave = lambda n, at: torch.sin(1.7 * torch.arange(n) + at)
 *   x = torch.sin(0.37 * torch.arange(36) ** 1.5).reshape(9, 4);  y = torch.arange(9) % 3
 *   W_l = 2 * wave(w_l+1 * w_l, 2l) / sqrt(w_l), row by row;  b_l = 0.2 * wave(w_l+1, 2l + 1)   (w_0 = 4)
 *   h = activation(h @ W_l.T + b_l);  with a LayerNorm  h = layer_norm(h, (w,))
 *   logits = h @ W_L.T, activation = relu | functional.gelu | tanh
 */
const references: [string, Reference][] = [
  [
    "ReLU with LN",
    {
      config: { normalization: "post-ln", widths: [7, 5, 6] },
      fit: 1.5054609696049317,
      features: [
        [7.936722095363243, 9.76058930091604],
        [6.707378333260361, -3.4690299681039205],
        [7.348387091203229, 1.4136943272568665],
      ],
      weights: [
        [3.7215352831431967, -0.012276179862465236],
        [3.1668789060389027, -0.09305799411157128],
        [3.432460629771729, -1.2882103488199252],
        [2.38079425866088, 0.1782115727681146],
      ],
      biases: [
        [0.4862989492795577, -0.10944662193445269],
        [0.26102008097743157, -0.24576496882943022],
        [0.36234633336144934, 0.04354178079996747],
      ],
    },
  ],
  [
    "GELU with LN, all of one width",
    {
      config: { activation: "gelu", normalization: "post-ln", widths: [6, 6, 6] },
      fit: 0.8834009702677954,
      features: [
        [7.347531027070101, -11.727229528146559],
        [7.347997759318806, -1.1305697858792696],
        [7.34836648518948, 7.307872431078847],
      ],
      weights: [
        [3.4544660598345116, 1.1168301718275386],
        [3.503164699905782, 0.44011534522274637],
        [3.4559591290661853, -0.36352255715388104],
        [2.3977852957271595, 0.1796224469039026],
      ],
      biases: [
        [0.4580956581369328, 0.2811605164971836],
        [0.33560363445471497, -0.2478049272114769],
        [0.3756141665808602, 0.06320527820085922],
      ],
    },
  ],
  [
    "tanh without LN",
    {
      config: { activation: "tanh", normalization: "none", widths: [7, 5, 6] },
      fit: 1.3110492749575406,
      features: [
        [4.967431429476585, 3.142322433902808],
        [3.102740356956662, -2.5675460910749504],
        [2.3991377394399267, 0.6891817015207469],
      ],
      weights: [
        [3.726997560459256, -0.039171544254944124],
        [3.1545248731239615, -0.3277763647560189],
        [3.4292702343584005, -1.278490572728174],
        [2.3899173581244764, 0.18168799373598277],
      ],
      biases: [
        [0.39074771963115257, 0.0015319602722936136],
        [0.2706318110010814, -0.21420332245004825],
        [0.3543159997775815, 0.05448790047867408],
      ],
    },
  ],
  [
    "GELU without LN",
    {
      config: { activation: "gelu", normalization: "none", widths: [5, 8] },
      fit: 1.308825758424779,
      features: [
        [4.514046560095927, 0.8081880377884829],
        [3.9388249088703744, -0.9861572730627024],
      ],
      weights: [
        [3.1259949889606826, 0.5885562466012613],
        [4.009889703644437, 0.28652625844251245],
        [2.4430899931899117, -0.59109030476247],
      ],
      biases: [
        [0.34256054442024136, 0.21583704392551442],
        [0.3805621651880331, -0.05602026107588862],
      ],
    },
  ],
  [
    "linear",
    {
      config: { activation: "linear", normalization: "none", widths: [6, 6] },
      fit: 1.3131935148219673,
      features: [
        [7.182997539111487, -10.81760435384592],
        [3.595674169136923, -0.36995156281144026],
      ],
      weights: [
        [3.4597995575531346, 1.0642889254003312],
        [3.4956948598505013, 0.4186103354529108],
        [2.4737058928840834, -0.30916687636643775],
      ],
      biases: [
        [0.30164528136551444, 0.1664671476429063],
        [0.3236205788840863, -0.2785248957712879],
      ],
    },
  ],
];

const [samples, dimension, classes] = [9, 4, 3];
const wave = (n: number, at: number, scale: number) => Array.from({ length: n }, (_, i) => scale * Math.sin(1.7 * i + at));

function mlpRun({ widths, ...kind }: Reference["config"]) {
  const config = smallRun({
    ...{ architecture: "mlp", ...kind, widths, depth: widths.length, width: widths.at(-1) },
    regularizer: { family: "weights", lambda: 0.02 },
    training: {
      ...{ steps: 1, batch: "full", learningRate: 0.05, schedule: { name: "constant" } },
      optimizer: { name: "sgd", momentum: 0 },
    },
  });
  const inputs = Float32Array.from({ length: samples * dimension }, (_, i) => Math.sin(0.37 * i ** 1.5));
  const set = { count: samples, inputs, labels: Uint16Array.from({ length: samples }, (_, i) => i % classes) };
  const data = { ...dataOf(config), train: set, test: set };
  return { config, data, network: defineNetwork(config, data) };
}

describe.each(engines.map((engine) => [engine.choice.engine, engine] as const))("%s", (_name, engine) => {
  test.each(references)("%s: features, loss and a step of training are PyTorch's", async (_, reference) => {
    const { config, data, network } = mlpRun(reference.config);
    const specs = network.parameters;
    const parameters = Float32Array.from(
      specs.flatMap((spec) => {
        const l = Number(spec.name.slice(1));
        const size = sizeOf(spec);
        return spec.name[0] === "W" ? wave(size, 2 * l, 2 / Math.sqrt(spec.shape[1])) : wave(size, 2 * l + 1, 0.2);
      }),
    );
    const reader = await makeFeatureReader(engine, network, [data.train]);
    for await (const { features } of reader.read(data.train, { parameters }))
      for (const [l, layer] of features.entries())
        expectSummary(layer, reference.features[l], `features of layer ${l + 1}`, 2e-6);
    await reader.dispose();
    const trainer = await makeTrainer(engine, config, network, data, { parameters });
    for await (const { fit } of trainer.train(0)) expect(Math.abs(fit / reference.fit - 1)).toBeLessThan(2e-6);
    const { parameters: last } = await trainer.step.readState();
    for (const [l, one] of reference.weights.entries()) expectSummary(parameterSlice(last, specs, `W${l}`), one, `W${l}`, 2e-6);
    for (const [l, one] of reference.biases.entries()) expectSummary(parameterSlice(last, specs, `b${l}`), one, `b${l}`, 2e-6);
    await trainer.dispose();
  });

  test("a sample for which no unit of a layer is active becomes 0, and does not end the run", async () => {
    const { data, network } = mlpRun({ normalization: "post-ln", widths: [4, 4] });
    const parameters = initializeParameters(network.parameters, 1);
    parameterSlice(parameters, network.parameters, "b0").fill(-100);
    const reader = await makeFeatureReader(engine, network, [data.train]);
    for await (const { features, logits } of reader.read(data.train, { parameters })) {
      expect(new Set(features[0].map(Math.abs))).toEqual(new Set([0]));
      expect(logits.every(Number.isFinite)).toBe(true);
    }
    await reader.dispose();
  });
});

test.each([
  ["relu", 2 / 50],
  ["gelu", 2 / 50],
  ["tanh", 2 / (50 + 80)],
  ["linear", 2 / (50 + 80)],
])("first values are He's or Xavier's: %s", (activation, variance) => {
  const { network } = mlpRun({ activation, normalization: "none", widths: [50, 80] });
  const first = initializeParameters(network.parameters, 3);
  const hidden = parameterSlice(first, network.parameters, "W1");
  expect(summary(hidden)[0] ** 2 / hidden.length / variance).toBeCloseTo(1, 1);
  expect(summary(parameterSlice(first, network.parameters, "W2"))[0] ** 2 / (3 * 80)).toBeCloseTo(1 / 80, 2);
  expect(parameterSlice(first, network.parameters, "b1").every((value) => value === 0)).toBe(true);
});

describe("L* of an MLP", () => {
  const of = (more: Parameters<typeof smallRun>[0]) => runOptimum(smallRun({ architecture: "mlp", ...more }), [6, 6, 6]);
  const ridge = { family: "features", lambdaW: 0.03, lambdaH: 0.002 };
  const none = { normalization: "none" };
  const normalized = { classifier: { name: "normalized", temperature: 5 } };
  test("is that of every network whose last features a LayerNorm bounds", () => {
    expect(of({})).toEqual(runOptimum(smallRun(), [6, 6, 6]));
    expect(of({ activation: "tanh", ...normalized })).toEqual(runOptimum(smallRun(normalized), [6, 6, 6]));
  });
  test.each<[string, Parameters<typeof smallRun>[0], RegExp]>([
    ["nothing bounds the features", none, /nothing but its weights' decay/],
    ["ReLU leaves no negative ones", { regularizer: ridge }, /^Behind ReLU the last features have bounds/],
    ["tanh bounds them", { regularizer: ridge, activation: "tanh", loss: "mse" }, /^Behind tanh/],
    ["of directions, too", { ...none, ...normalized }, /^Behind ReLU no feature is negative/],
    ["all parameters decay", { regularizer: { family: "weights", decayed: "all" } }, /decay of all parameters/],
  ])("is absent where %s", (_, more, reason) => {
    const optimum = of(more);
    expect(optimum.method === "none" && optimum.reason).toMatch(reason);
  });
  test.each<[string, Parameters<typeof smallRun>[0]]>([
    ["an orthogonal frame has none", { regularizer: ridge, loss: "mse" }],
    ["a linear layer has any", { regularizer: ridge, activation: "linear" }],
    ["tanh has every direction", { ...none, ...normalized, activation: "tanh" }],
  ])("is there where no feature has to be negative, or may: %s", (_, more) => {
    expect(of(more).method).not.toBe("none");
  });

  test("has no gap of hidden weights whose scale a LayerNorm takes away: no function changes with them", async () => {
    const { data, network, config } = mlpRun({ normalization: "post-ln", widths: [12, 8] });
    const observer = await makeObserver(engines[0], config, network, data, runOptimum(config, [3, 3, 3]));
    const parameters = initializeParameters(network.parameters, 2);
    const { values, missing } = await observer.observe(0, { parameters });
    const hidden = parameters.slice(0, -3 * 8).map((value) => 2 * value);
    const twice = Float32Array.from([...hidden, ...parameters.slice(-3 * 8)]);
    const again = await observer.observe(0, { parameters: twice });
    expect(again.values["train/fit"]).toBeCloseTo(values["train/fit"], 4);
    expect(again.values["train/ridge.hidden"] / values["train/ridge.hidden"]).toBeCloseTo(4, 5);
    expect(effectiveRidge(config.regularizer, 2).hidden).toBe(0.02);
    expect(values["train/gap.head"]).toBeGreaterThan(0);
    for (const metric of ["gap.total", "gap.representation"]) expect(missing[`train/${metric}`]).toMatch(/its scale is free/);
    await observer.dispose();
  });
});
