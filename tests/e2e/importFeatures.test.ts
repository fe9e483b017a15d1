import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ExternalExperimentDetail } from "../../contract/wire/externalViews.ts";
import { float64, int64, npy, zip } from "../support/builders/arrayFiles.ts";
import { features, labels, weights } from "../support/builders/externalRuns.ts";
import { launchBrowser } from "../support/processes/browser.ts";
import { TestServer } from "../support/processes/server.ts";

let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  server = await TestServer.start({ pages: true });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test("features that are dropped onto the page are shown, can be told what they are, and become an experiment", async () => {
  const arrays = {
    "features.npy": npy("<f8", [9, 4], float64(...features.flat())),
    "labels.npy": npy("<i8", [9], int64(...labels)),
    "other.npy": npy("<f8", [3, 4], float64(...weights.flat())),
    "more.npy": npy("<f8", [3, 4], float64(...weights.flat())),
  };
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  await page.goto(`${server.url}/import`);
  const content = (await zip(arrays)).toString("base64");
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))], "epoch_12.npz"));
    return data;
  }, content);
  await page.locator('[data-testid="drop-zone"]').dispatchEvent("drop", { dataTransfer: transfer });
  await page.locator('[data-testid="planned-layers"]').waitFor();
  const layer = page.locator('[data-testid="planned-layer"]');
  expect(await layer.locator("td").allTextContents()).toEqual(["features", "training", "9", "4", "3", "1", "1", "–"]);
  expect(await page.locator('[data-testid="import-warnings"]').textContent()).toContain("There is no classifier W");
  await page.getByLabel("What the array epoch_12.npz:other is").selectOption({ label: "Classifier W" });
  await expect.poll(() => layer.locator("td").last().textContent()).toBe("yes");
  for (const [name, options] of [
    ["wide", { width: 1440, height: 1100 }],
    ["phone", { width: 390, height: 844 }],
  ] as const) {
    await page.setViewportSize(options);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), name).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByLabel("Experiment", { exact: true }).fill("Dropped features");
  await page.getByLabel("Experiment", { exact: true }).press("Enter");
  await page.locator('[data-testid="import-confirm"]:enabled', { hasText: "Import 1 run" }).click();
  await page.waitForURL(/\/e\/[0-9a-f-]{36}/);
  const id = /\/e\/([0-9a-f-]{36})/.exec(page.url())![1]!;
  const study = (await server.callAny("experiments.get", { id })) as ExternalExperimentDetail;
  expect(study).toMatchObject({ name: "Dropped features", kind: "external", status: "finished", config: { source: "features" } });
  expect(study.runs[0]!.last["train/nc3.duality@1"]).toBeCloseTo(0.22007061424658722, 11);
  expect(faults).toEqual([]);
});
