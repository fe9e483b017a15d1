// @vitest-environment happy-dom
import { describe, expect, test } from "vitest";
import { drawPreview } from "../../../../app/preview/drawPreview.ts";
import { fitText, picturable } from "../../../../app/preview/fitText.ts";
import type { ExternalExperimentDetail } from "../../../../contract/wire/externalViews.ts";
import type { ExperimentDetail, RunRow } from "../../../../contract/wire/views.ts";
import { aRow } from "../builders.ts";
import { depthsAndSeeds, externalRow } from "../result/external/builders.ts";

const rows = [2, 4, 8].flatMap((depth) =>
  [0, 1].map((seed) => aRow({ depth, seed }, { [`train/nc1.ratio@${depth}`]: (1 + (seed * depth) / 20) / depth })),
);
const detailOf = (name: string, runs: readonly RunRow[] = rows) => ({ name, runs, config: {} }) as unknown as ExperimentDetail;

/** The texts of a picture, in order, as a reader of the XML has them. */
function textsOf(svg: string): string[] {
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
  expect(parsed.querySelector("parsererror")).toBeNull();
  return [...parsed.querySelectorAll("text")].map((text) => text.textContent ?? "");
}

describe("The picture of a link", () => {
  test("has the name, the state, what was found, and the curve over depth", () => {
    const svg = drawPreview(detailOf("Depth and collapse"));
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="1200" height="630" viewBox="0 0 1200 630"/);
    const texts = textsOf(svg);
    expect(texts.slice(0, 2)).toEqual(["Depth and collapse", "6 runs · Depth 8: NC1 0.15 · slope of NC1 −0.913 ± 0.014"]);
    expect(texts).toEqual(expect.arrayContaining(["Collapsar", "2", "4", "8", "depth L", "NC1, geometric mean"]));
    expect(svg).toContain('clip-path="url(#plot-preview)"');
  });

  test("differs with the study, and says how far it is", () => {
    const waiting = rows.map((row) => ({ ...row, status: "queued" as const, last: {} }));
    const half = [...rows.slice(0, 3), ...waiting.slice(3)];
    const svgs = [rows, half, waiting].map((runs) => drawPreview(detailOf("One", runs)));
    expect(new Set(svgs).size).toBe(3);
    expect(textsOf(svgs[1] as string)[1]).toMatch(/^3 of 6 runs finished · /);
    expect(drawPreview(detailOf("One"))).toBe(drawPreview(detailOf("One")));
  });

  test("of a study without a curve is its name and state", () => {
    const waiting = rows.map((row) => ({ ...row, status: "queued" as const, last: {} }));
    const texts = textsOf(drawPreview(detailOf("Nothing yet", waiting)));
    expect(texts).toEqual(["Nothing yet", "0 of 6 runs finished", "Collapsar"]);
    expect(textsOf(drawPreview(detailOf("No runs", [])))).toEqual(["No runs", "0 runs", "Collapsar"]);
  });

  test.each([
    ['</text><script>alert("x")</script>', '</text><script>alert("x")</script>'],
    ['" onload="alert(1)', '" onload="alert(1)'],
    ["a & b &lt; c", "a & b &lt; c"],
    ["\u202egnp.exe\u202c", "gnp.exe"],
    ["a\u0000b\u0007c\ud800", "a b c\ufffd"],
    ["🎉 Party 👩‍🔬🇩🇪 over 1️⃣ © depth™", "Party over 1 © depth™"],
    ["🎉", "A study of neural collapse"],
    ["שלום עולם", "שלום עולם"],
  ])("shows the name %j as text alone", (name, shown) => {
    const svg = drawPreview(detailOf(name));
    expect(textsOf(svg)[0]).toBe(shown);
    const elements = [...new DOMParser().parseFromString(svg, "image/svg+xml").querySelectorAll("*")];
    const names = new Set(elements.map(({ tagName }) => tagName));
    expect(
      [...names].filter((tag) => !["svg", "g", "rect", "text", "path", "circle", "line", "clipPath", "tspan"].includes(tag)),
    ).toEqual([]);
    expect(elements.flatMap((one) => one.getAttributeNames()).filter((attribute) => /^on|href/.test(attribute))).toEqual([]);
  });

  test("has two lines for a long name, whatever it is made of", () => {
    for (const name of ["W".repeat(300), "many words ".repeat(27), "漢".repeat(300), `${"a ".repeat(10)}${"b".repeat(280)}`]) {
      const texts = textsOf(drawPreview(detailOf(name)));
      const [first, second, third] = texts as [string, string, string];
      expect(second.endsWith("…")).toBe(true);
      expect(first.length).toBeGreaterThan(5);
      expect(third).toMatch(/^6 runs/);
    }
  });

  test("of runs that were trained elsewhere has their curve over the first of their keys", () => {
    const config = { kind: "external", source: "client" };
    const draw = (runs: readonly unknown[]) =>
      textsOf(drawPreview({ name: "Elsewhere", runs, config } as unknown as ExternalExperimentDetail));
    const texts = draw(depthsAndSeeds());
    expect(texts.slice(0, 2)).toEqual(["Elsewhere", "6 runs"]);
    expect(texts).toEqual(expect.arrayContaining(["2", "4", "8", "depth", "NC1, geometric mean"]));
    expect(draw([])).toEqual(["Elsewhere", "0 runs", "Collapsar"]);
    // Nothing differs: the curve would be over the steps.
    expect(draw([externalRow({ depth: 2 }, { "train/nc1.ratio@2": 1 }, { layers: ["stem", "pool"] })])).toHaveLength(3);
  });

  test("breaks lines at spaces, never within a sign that is made of several", () => {
    expect(fitText("one two three", { width: 100, size: 20, lines: 2 })).toEqual(["one two", "three"]);
    expect(fitText("short", { width: 1_000, size: 20, lines: 1 })).toEqual(["short"]);
    const [line] = fitText("e\u0301".repeat(100), { width: 100, size: 20, lines: 1 }) as [string];
    expect(line).toMatch(/^(e\u0301)+…$/);
    expect(picturable("  a \n\t b  ")).toBe("a b");
  });
});
