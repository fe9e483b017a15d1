import type { Given } from "./givenFeatures.ts";

/** Four classes of 30 and 9 samples in two layers, unless said. */
export const of = (given: Partial<Given>): Given => ({
  loss: { loss: "ce" },
  dim: 12,
  counts: { train: [30, 30, 30, 30], test: [9, 9, 9, 9] },
  spreads: [1, 0.1],
  ...given,
});

const even = (classes: number, each: number) => new Array<number>(classes).fill(each);

export const cases: [name: string, given: Given][] = [
  ["classes that overlap", of({ spreads: [3, 1] })],
  ["squared error", of({ loss: { loss: "mse" } })],
  ["smoothed labels", of({ loss: { loss: "ce", smoothing: 0.1 } })],
  ["smoothed labels, wrong predictions", of({ loss: { loss: "ce", smoothing: 0.3 }, confidence: -60 })],
  ["the focal loss", of({ loss: { loss: "focal", gamma: 2 } })],
  ["the focal loss near zero", of({ loss: { loss: "focal", gamma: 0.5 }, confidence: 25, spreads: [0.01, 0.01] })],
  ["the focal loss of wrong predictions", of({ loss: { loss: "focal", gamma: 3 }, confidence: -60 })],
  ["dot regression", of({ loss: { loss: "dot-regression", width: 12 } })],
  ["a scatter of 1e-8 of that between classes", of({ spreads: [1e-4, 1e-4] })],
  ["a scatter of 1e-10, far from zero", of({ spreads: [1e-5, 1e-5], offset: 2 })],
  ["classes of 1, 2, 100 and 30 samples", of({ counts: { train: [1, 2, 100, 30], test: [3, 1, 5, 40] } })],
  ["two classes", of({ counts: { train: [20, 30], test: [5, 6] } })],
  ["64 classes", of({ dim: 80, counts: { train: even(64, 5), test: even(64, 2) }, spreads: [0.5, 0.1] })],
  ["fewer dimensions than classes", of({ dim: 3, counts: { train: even(6, 20), test: even(6, 4) } })],
  ["samples of one class at another", of({ spreads: [1e-3, 1e-3], strays: 2 })],
  ["a loss near zero", of({ confidence: 25, spreads: [0.01, 0.01] })],
  ["a loss of wrong predictions", of({ confidence: -60 })],
  ["one layer", of({ spreads: [0.3] })],
];
