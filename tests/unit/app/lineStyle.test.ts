import { describe, expect, it } from "vitest";
import { curveStyle, markers, runStyle } from "../../../app/charts/lineStyle.ts";
import { markerPath } from "../../../app/charts/markerPath.ts";
import { aConfig } from "./support.ts";

const hueOf = (color: string) => Number(/oklch\([\d.]+ [\d.]+ ([\d.]+)\)/.exec(color)?.[1]);
const lightnessOf = (color: string) => Number(/oklch\(([\d.]+)/.exec(color)?.[1]);

describe("lines are styled by what they are", () => {
  it("is the same whatever the seed, and whatever else is drawn", () => {
    expect(runStyle(aConfig({ seed: 1 }))).toEqual(runStyle(aConfig({ seed: 2 })));
  });
  it("gives each architecture a hue of its own at every depth", () => {
    for (const depth of [2, 8, 64]) {
      const hues = (["rn1", "rn2"] as const).flatMap((architecture) =>
        (["post-ln", "pre-ln"] as const).map((normalization) =>
          hueOf(runStyle(aConfig({ architecture, normalization, depth })).color),
        ),
      );
      for (const a of hues) for (const b of hues) if (a !== b) expect(Math.abs(a - b)).toBeGreaterThan(25);
    }
  });
  it("goes darker with depth on a light page", () => {
    const lightness = [2, 3, 5, 8, 13, 21, 34].map((depth) => lightnessOf(runStyle(aConfig({ depth })).color));
    expect(lightness).toEqual([...lightness].sort((a, b) => b - a));
    expect(new Set(lightness).size).toBe(7);
  });
  it("tells the depths of one ladder apart by marker too", () => {
    const ladder = [2, 3, 5, 8, 13, 21, 34];
    expect(new Set(ladder.map((depth) => runStyle(aConfig({ depth })).marker)).size).toBe(7);
  });
  it("tells regularizers apart by dash", () => {
    const base = aConfig().regularizer;
    const regularizers = [
      base,
      { ...base, scaling: "inverse-depth" },
      { ...base, objective: "split" },
      { ...base, objective: "split", scaling: "inverse-depth" },
      { family: "none" },
      { family: "adamw", lambda: 0.005 },
    ] as (typeof base)[];
    const dashes = regularizers.map((regularizer) => runStyle(aConfig({ regularizer })).dash);
    expect(new Set(dashes).size).toBe(regularizers.length);
  });
  it("tells widths of a depth curve apart by lightness, losses by marker", () => {
    const varies = { width: true, lambda: false };
    expect(curveStyle(aConfig({ width: 16 }), varies).color).not.toBe(curveStyle(aConfig({ width: 256 }), varies).color);
    expect(curveStyle(aConfig({ loss: "ce" }), varies).marker).not.toBe(curveStyle(aConfig({ loss: "mse" }), varies).marker);
  });
  it("has a path for every marker", () => {
    expect(new Set(markers.map((marker) => markerPath(marker, 3))).size).toBe(markers.length);
  });
});
