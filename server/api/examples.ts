/** What the document shows as the body of a launch: small enough to run in a minute. */
export const exampleLaunch = {
  name: "RN1 on Gaussian clusters",
  tags: ["api"],
  config: {
    datasets: [{ id: "gaussian-clusters", classes: 4, dimension: 10, trainPerClass: 25, separation: 3 }],
    architectures: [{ name: "rn1", normalization: "post-ln" }],
    depths: [2, 4, 8],
    widths: [16],
    losses: ["ce"],
    regularizers: [{ family: "weights", lambda: 0.005 }],
    seeds: [0, 1],
    training: { learningRate: 0.005, steps: 200 },
  },
} as const;

/** What a program that trains elsewhere says first. */
export const exampleOpening = {
  study: "ResNet-18 on CIFAR-100",
  config: { depth: 18, seed: 0 },
  runKey: "0b9f6f0e-7c0b-4a53-9c0e-5d8a3c7b1f10",
  session: "5b1d3c52-8f3f-4f0e-9a55-0d5a7c1e2b34",
  client: { name: "my own program", version: "1" },
  layers: ["layer4", "avgpool"],
} as const;

/** And what it reports. */
export const exampleEvents = {
  attempt: 1,
  events: [
    { seq: 1, at: 1_760_000_000_000, event: { kind: "scalars", step: 1, values: { loss: 2.31 } } },
    { seq: 2, at: 1_760_000_060_000, event: { kind: "finished", step: 1 } },
  ],
} as const;
