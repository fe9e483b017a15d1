import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { CertificateTables } from "../../../../app/supplement/CertificateTables.tsx";
import { aConfig, aRow } from "../builders.ts";

const star = { method: "closed-form", reason: "", loss: 0.02, fit: 0.01, ridge: 0.01, scale: 1, geometry: "simplex" } as const;
const { training } = aConfig({});
const row = (depth: number, loss: number, gap: number) => ({
  ...aRow(
    { depth, training: { ...training, grown: { from: "shallower" } as never } },
    {
      "train/loss": loss,
      "train/gap.total": gap,
    },
  ),
  optimum: star as never,
});

test("a report has the certificate of grown networks as a table, in words too", () => {
  const html = renderToStaticMarkup(createElement(CertificateTables, { rows: [row(2, 0.06, 2), row(3, 0.05, 1.5)] }));
  const text = html.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
  expect(text).toContain("Certificate");
  expect(text).toContain("At depth 3 the objective J is 0.0300 above L*, 150 % of L*.");
  expect(text).toContain("2 0.0400 200 % 0.0400 random 1 of 1");
  expect(text).toContain("3 0.0300 150 % 0.0300 grown 1 of 1");
});

test("and none where no run has an L*", () => {
  const without = { ...row(2, 0.06, 2), optimum: null };
  expect(renderToStaticMarkup(createElement(CertificateTables, { rows: [without] }))).toBe("");
});
