import { expect, test } from "vitest";
import { drawChart } from "../../../../app/charts/export/drawChart.ts";
import type { ChartFigure } from "../../../../app/charts/export/figure.ts";
import { curveStyle } from "../../../../app/charts/lineStyle.ts";
import { inBothThemes } from "../../../../app/supplement/inBothThemes.ts";
import { aConfig } from "../builders.ts";

const figure: ChartFigure = {
  ...{ kind: "chart", title: "NC1 <over> depth", panelId: "picture", notes: [], references: [], wedges: [], drops: [] },
  ...{ floor: null, smoothing: 0 },
  x: { label: "depth L", kind: "log2", tickValues: [2, 4, 8] },
  y: { label: "NC1", kind: "log10" },
  series: [
    {
      id: "a",
      label: 'RN1 & "others"',
      style: curveStyle(aConfig(), { width: false, lambda: false }),
      xs: [2, 4, 8],
      ys: [0.1, 0.01, null],
      draw: "line-and-dots",
    },
  ],
};

test("a picture of a chart has its texts escaped, its ticks and its line", () => {
  const { markup, width, height } = drawChart(figure, { ground: "transparent", dark: false }, { width: 480, height: 280 });
  expect(width).toBe(480);
  expect(height).toBeGreaterThan(280);
  expect(markup).toContain("NC1 &lt;over&gt; depth");
  expect(markup).toContain("RN1 &amp; &quot;others&quot;");
  for (const tick of ["2", "4", "8"]) expect(markup).toContain(`>${tick}</text>`);
  expect(markup).not.toMatch(/NaN|undefined|Infinity/);
});

test("one picture has the colours of both themes", () => {
  const [light, dark] = [false, true].map((isDark) => drawChart(figure, { ground: "transparent", dark: isDark }).markup);
  const both = inBothThemes(light, dark);
  expect(both.replace(/light-dark\((#[\da-f]{6}),#[\da-f]{6}\)/g, "$1")).toBe(light);
  expect(both.replace(/light-dark\(#[\da-f]{6},(#[\da-f]{6})\)/g, "$1")).toBe(dark);
  expect(inBothThemes('<a fill="#000000" stroke="#123456"/>', '<a fill="#ffffff" stroke="#123456"/>')).toBe(
    '<a fill="light-dark(#000000,#ffffff)" stroke="#123456"/>',
  );
});
