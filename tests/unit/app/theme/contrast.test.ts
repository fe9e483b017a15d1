import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const css = readFileSync(new URL("../../../../app/globals.css", import.meta.url), "utf8");
const tokens = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [
    name,
    [light, dark],
  ]),
);

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const grounds = ["ground", "surface", "raised", "hover", "sunken"];
const pairs: [text: string, on: string, least: number][] = [
  ...["ink", "ink-soft", "ink-faint"].flatMap((text) => grounds.map((on): [string, string, number] => [text, on, 4.5])),
  ...["accent", "good", "busy", "warn", "bad"].flatMap((name): [string, string, number][] => [
    [name, `${name}-soft`, 4.5],
    [name, "surface", 4.5],
    [name, "ground", 4.5],
  ]),
  ["ink", "accent-soft", 4.5],
  ["ink-soft", "accent-soft", 4.5],
  ["accent-ink", "accent", 4.5],
  ["ground", "ink", 4.5],
  ["line-field", "surface", 3],
];

test.each(
  ["light", "dark"].flatMap((theme, index) => pairs.map(([text, on, least]) => [theme, text, on, least, index] as const)),
)("%s: %s on %s holds %d", (_, text, on, least, index) => {
  expect(contrast(tokens.get(text)![index], tokens.get(on)![index])).toBeGreaterThanOrEqual(least);
});
