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
