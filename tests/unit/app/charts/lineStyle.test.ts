import { describe, expect, test } from "vitest";
import { curveStyle, markers, runStyle, shadedColour, strengthShade } from "../../../../app/charts/lineStyle.ts";
import { markerPath } from "../../../../app/charts/marks/markerPath.ts";
import { architectures, hasFreeFeatures, hasLayerNorm } from "../../../../contract/config/architecture.ts";
import { regularizer } from "../../../../contract/config/regularizer.ts";
import { datasetConfig } from "../../../../contract/data/datasetConfig.ts";
import { aConfig } from "../builders.ts";

type Triple = [number, number, number];
const lightnessOf = (colour: string) => Number(/oklch\(([\d.]+)/.exec(colour)?.[1]);

/** The colours of both themes, as (lightness, chroma, hue). */
const partsOf = (colour: string) =>
  [...colour.matchAll(/oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g)].map((match) => match.slice(1).map(Number) as Triple);

const timesMatrix = (m: readonly number[], [a, b, c]: Triple): Triple =>
  [0, 3, 6].map((row) => m[row] * a + m[row + 1] * b + m[row + 2] * c) as Triple;

/** Linear sRGB within the screen's gamut. Ottosson (2020), Oklab. */
function linearRgb([lightness, chroma, hue]: Triple): Triple {
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const cone = timesMatrix(
    [1, 0.3963377774, 0.2158037573, 1, -0.1055613458, -0.0638541728, 1, -0.0894841775, -1.291485548],
    [lightness, a, b],
  ).map((value) => value ** 3) as Triple;
  return clamped(
    timesMatrix(
      [
        4.0767416621, -3.3077115913, 0.2309699292, -1.2684380046, 2.6097574011, -0.3413193965, -0.0041960863, -0.7034186147,
        1.707614701,
      ],
      cone,
    ),
  );
}
const clamped = (rgb: Triple) => rgb.map((value) => Math.min(1, Math.max(0, value))) as Triple;

function oklab(rgb: Triple): Triple {
  const cone = timesMatrix(
    [
      0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376,
      0.6299787005,
    ],
    rgb,
  ).map(Math.cbrt) as Triple;
  return timesMatrix(
    [
      0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099, 0.0259040371, 0.7827717662,
      -0.808675766,
    ],
    cone,
  );
}

/** Linear sRGB as eyes without one kind of cone see it. Machado, Oliveira, Fernandes (2009), severity 1. */
const blindness = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};
const usual = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Least distance of two colours over both themes in OKLab, where about 0.02 is just seen. */
function distance(one: string, other: string, vision: readonly number[]): number {
  const [as, bs] = [one, other].map((colour) =>
    partsOf(colour).map((part) => oklab(clamped(timesMatrix(vision, linearRgb(part))))),
  );
  return Math.min(...as.map((a, theme) => Math.hypot(...a.map((value, axis) => value - bs[theme][axis]))));
}

const drawn = architectures.flatMap((architecture) =>
  (["post-ln", "pre-ln"] as const)
    .filter((normalization) => hasLayerNorm(architecture) || normalization === "post-ln")
    .map((normalization) => ({ architecture, normalization })),
);
/** Free features are grey, deep ones too: what stands on them is told by marker and name. */
const pairs = drawn.flatMap((one, at) =>
  drawn
    .slice(0, at)
    .filter((other) => !(hasFreeFeatures(one.architecture) && hasFreeFeatures(other.architecture)))
    .map((other) => [one, other] as const),
);

describe("lines are styled by what they are", () => {
  test("is the same whatever the seed, and whatever else is drawn", () => {
    expect(runStyle(aConfig({ seed: 1 }))).toEqual(runStyle(aConfig({ seed: 2 })));
  });
  test.each([0.1, 0.55, 1])("keeps architectures apart at shade %d, for colour-blind people too", (shade) => {
    for (const [one, other] of pairs) {
      const name = `${one.architecture} ${one.normalization} and ${other.architecture} ${other.normalization}`;
      const usualLeast = one.normalization === "post-ln" && other.normalization === "post-ln" ? 0.085 : 0.035;
      const colours = [shadedColour(one, shade), shadedColour(other, shade)] as const;
      expect(distance(...colours, usual), name).toBeGreaterThan(usualLeast);
      const blindLeast = usualLeast > 0.05 || one.architecture === other.architecture ? 0.03 : 0.015;
      for (const [kind, vision] of Object.entries(blindness))
        expect(distance(...colours, vision), `${name}, ${kind}`).toBeGreaterThan(blindLeast);
    }
  });
  test("measures distances as known: red and green of one lightness meet without the green cones", () => {
    const colours = [
      "light-dark(oklch(0.65 0.12 29.0), oklch(0.65 0.12 29.0))",
      "light-dark(oklch(0.65 0.12 110.0), oklch(0.65 0.12 110.0))",
    ] as const;
    expect(distance(...colours, usual)).toBeGreaterThan(0.12);
    expect(distance(...colours, blindness.deuteranopia)).toBeLessThan(0.08);
  });
  test("can be told apart from the page at the shallow end", () => {
    for (const one of drawn) {
      const [light, dark] = partsOf(shadedColour(one, 0));
      expect(light[0], one.architecture).toBeLessThanOrEqual(0.68);
      expect(dark[0], one.architecture).toBeGreaterThanOrEqual(0.52);
    }
  });
  test("goes darker with depth on a light page", () => {
    const lightness = [2, 3, 5, 8, 13, 21, 34].map((depth) => lightnessOf(runStyle(aConfig({ depth })).colour));
    expect(lightness).toEqual([...lightness].sort((a, b) => b - a));
    expect(new Set(lightness).size).toBe(7);
  });
  test("tells the depths of one ladder apart by marker too", () => {
    const ladder = [2, 3, 5, 8, 13, 21, 34];
    expect(new Set(ladder.map((depth) => runStyle(aConfig({ depth })).marker)).size).toBe(7);
  });
  test("tells regularizers apart by dash", () => {
    const base = aConfig().regularizer;
    const regularizers = [
      base,
      { ...base, scaling: "inverse-depth" },
      { ...base, objective: "split" },
      { ...base, objective: "split", scaling: "inverse-depth" },
      { family: "none" },
      { family: "adamw", lambda: 0.005 },
      regularizer.parse({ family: "features" }),
      regularizer.parse({ family: "slack" }),
      regularizer.parse({ family: "slack", frame: "orthogonal" }),
    ] as (typeof base)[];
    const dashes = regularizers.map((regularizer) => runStyle(aConfig({ regularizer })).dash);
    expect(new Set(dashes).size).toBe(regularizers.length);
  });
  test("tells widths of a depth curve apart by lightness, losses by marker", () => {
    const varies = { width: true, lambda: false };
    expect(curveStyle(aConfig({ width: 16 }), varies).colour).not.toBe(curveStyle(aConfig({ width: 256 }), varies).colour);
    expect(curveStyle(aConfig({ loss: "ce" }), varies).marker).not.toBe(curveStyle(aConfig({ loss: "mse" }), varies).marker);
  });
  test("tells strengths of every family apart by lightness", () => {
    const stronger = [
      [
        { family: "weights", lambda: 1e-3 },
        { family: "weights", lambda: 1e-2 },
      ],
      [
        { family: "features", lambdaW: 0.005 },
        { family: "features", lambdaW: 0.05 },
      ],
      [
        { family: "slack", rho: 0 },
        { family: "slack", rho: 0.1 },
      ],
      [
        { family: "adamw", lambda: 1e-3 },
        { family: "adamw", lambda: 1e-2 },
      ],
    ].map((pair) => pair.map((one) => strengthShade(regularizer.parse(one))));
    for (const [weak, strong] of stronger) expect(strong).toBeGreaterThan(weak);
    for (const shade of stronger.flat()) expect(shade >= 0 && shade <= 1).toBe(true);
  });
  test("tells the paper's data sets apart by marker", () => {
    const varies = { width: false, lambda: false };
    const marks = (["mnist", "cifar10", "fashion-mnist-mini", "sentence-polarity", "imdb"] as const).map(
      (id) => curveStyle(aConfig({ dataset: datasetConfig.parse({ id }) }), varies).marker,
    );
    expect(new Set(marks).size).toBe(marks.length);
  });
  test("has a path for every marker", () => {
    expect(new Set(markers.map((marker) => markerPath(marker, 3))).size).toBe(markers.length);
  });
});
