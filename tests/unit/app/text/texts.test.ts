import { expect, test } from "vitest";
import { patchedAddress } from "../../../../app/address/useAddress.ts";
import { countOf, formatBytes, formatMeasure, formatPercent } from "../../../../app/text/formatNumber.ts";
import { formatAgo } from "../../../../app/text/formatTime.ts";
import { runTitle } from "../../../../app/text/runTitle.ts";
import { regularizer } from "../../../../contract/config/regularizer.ts";
import { formatAge, formatDuration } from "../../../../contract/formatDuration.ts";
import { aConfig } from "../builders.ts";

test("durations", () => {
  expect([2.34, 420, 4_200, 59_900, 200_000, 3_599_000, 7_500_000, 273_600_000].map(formatDuration)).toEqual([
    "2.3 ms",
    "420 ms",
    "4.2 s",
    "1 min",
    "3 min 20 s",
    "1 h",
    "2 h 5 min",
    "3 d 4 h",
  ]);
  expect([40, 12_300, 300_000].map(formatAge)).toEqual(["0.0 s", "12 s", "5 min"]);
});

test("numbers", () => {
  expect([0.0213456, 1.29e-5, 0, 48, 123_456, null].map(formatMeasure)).toEqual([
    "0.0213",
    "1.29e-5",
    "0",
    "48.0",
    "1.23e5",
    "–",
  ]);
  expect([0, 0.004, 0.999, 1].map(formatPercent)).toEqual(["0 %", "0.4 %", "99 %", "100 %"]);
  expect([countOf(1, "run"), countOf(12_000, "run")]).toEqual(["1 run", "12,000 runs"]);
  expect([512, 1_536, 17_179_869_184].map(formatBytes)).toEqual(["512 B", "1.5 kB", "17.2 GB"]);
});

test("a run is named by what tells it apart", () => {
  expect(runTitle(aConfig({ depth: 8, width: 64 }))).toBe("RN1 · L = 8 · d = 64 · λ=0.005 · seed 0");
  expect(runTitle(aConfig({ architecture: "t12", normalization: "pre-ln", heads: 4, patch: 7, definition: 2 }))).toMatch(
    /^T12 pre-LN 4 heads patch 7 · L = 5 · d = 16/,
  );
  const slack = regularizer.parse({ family: "slack" });
  expect(runTitle(aConfig({ architecture: "conv", regularizer: slack, loss: "mse" }))).toBe(
    "Conv · L = 5 · 16 channels · slack λ=0.005 ρ=0.1 · squared error · seed 0",
  );
  expect(runTitle(aConfig({ architecture: "ufm", depth: 1 }))).toBe("UFM · d = 16 · λ=0.005 · seed 0");
});

test("ages of things", () => {
  const now = Date.parse("2026-03-12T12:00:00Z");
  expect(
    ["2026-03-12T11:59:40Z", "2026-03-12T11:55:00Z", "2026-03-12T02:00:00Z", "2025-03-01T12:00:00Z"].map((at) =>
      formatAgo(at, now),
    ),
  ).toEqual(["just now", "5 min ago", "10 h ago", "1 Mar 2025"]);
});

test("the address keeps what it is not asked to change", () => {
  expect(patchedAddress("http://localhost/?q=a&tag=b#x", { q: null, page: 2, archived: true })).toBe(
    "/?tag=b&page=2&archived=1#x",
  );
});
