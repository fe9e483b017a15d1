import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { untilStatus } from "../support/builders/studies.ts";
import { enterNumbers } from "../support/client/enterNumbers.ts";
import { launchBrowser } from "../support/processes/browser.ts";
import { TestServer } from "../support/processes/server.ts";

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  server = await TestServer.start({ pages: true, localWorker: true });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const at = (page: Page, id: string) => page.locator(`[data-testid="${id}"]`);

/** Kept where COLLAPSAR_PICTURES names a folder, to be looked at. */
async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.COLLAPSAR_PICTURES;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

test("a second set is chosen in the form, measured by a worker, and told apart on the pages of the study and of a run", async () => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(`${server.url}/new`);
  await at(page, "preset-first-steps").click();
  await at(page, "name").fill("Told apart");
  await enterNumbers(page, "depths", "2,3");
  await enterNumbers(page, "seeds", "0,1");
  await at(page, "fold-measuring").locator("summary").click();
  await at(page, "other-set").check();
  expect(await at(page, "other-dataset").inputValue()).toBe("random-labels");
  const dimension = at(page, "fold-measuring").getByTestId("set-dimension");
  const own = await dimension.inputValue();
  await dimension.fill("7");
  await dimension.press("Tab");
  await page.getByText(`Random labels has vectors of 7 numbers, but the network reads ${own}`).first().waitFor();
  await dimension.fill(own);
  await dimension.press("Tab");
  await at(page, "other-samples").fill("60");
  await at(page, "other-samples").press("Tab");
  await keepPicture(page, "form");
  await expect.poll(() => at(page, "run-count").getAttribute("data-runs")).toBe("4");
  await at(page, "launch").click();
  await page.waitForURL(/\/e\/[0-9a-f-]{36}/);
  const id = new URL(page.url()).pathname.split("/")[2]!;
  const { runs } = await server.call("experiments.get", { id });
  for (const run of runs) await untilStatus(server, run.id, "finished", 240_000);
  const done = await server.call("experiments.get", { id });
  expect(done.config.other).toMatchObject({ samples: 60, dataset: { id: "random-labels" } });
  const [first] = done.runs;
  expect(first!.evaluation?.outOfDistribution?.scores).toHaveLength(12);
  expect(first!.last["other/nc5@2"]).toBeGreaterThan(0);

  for (const [name, options] of [
    ["light", { colorScheme: "light", viewport: { width: 1440, height: 900 } }],
    ["dark", { colorScheme: "dark", viewport: { width: 390, height: 844 } }],
  ] as const) {
    const reader = await browser.newPage(options);
    reader.on("pageerror", (error) => problems.push(String(error)));
    await reader.goto(`${server.url}/e/${id}?against=nc5`);
    const section = at(reader, "after-training");
    await section.scrollIntoViewIfNeeded();
    await expect.poll(() => at(reader, "detection-table").textContent(), { timeout: 60_000 }).toContain("Mahalanobis");
    expect(await at(reader, "detection-table").locator("tbody tr").count()).toBe(2);
    await expect
      .poll(() => at(reader, "detection-scatter-correlation").textContent(), { timeout: 30_000 })
      .toMatch(/rank correlation .*N = 4 runs/);
    await reader.getByLabel("What the AUROC is plotted against").selectOption("depth");
    await expect.poll(() => section.textContent()).toContain("AUROC of Max softmax against depth");
    await reader.getByLabel("Score", { exact: true }).selectOption("neco");
    await expect.poll(() => section.textContent()).toContain("AUROC of NECO against depth");
    expect(new URL(reader.url()).searchParams.get("score")).toBe("neco");
    await reader.waitForTimeout(500);
    await keepPicture(reader, `study-${name}`);
    expect(await reader.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);

    await reader.goto(`${server.url}/r/${first!.id}`);
    await at(reader, "run-detection").scrollIntoViewIfNeeded();
    const shown = await at(reader, "run-detection").textContent();
    const neco = first!.evaluation!.outOfDistribution!.scores.find(({ score, known }) => score === "neco" && known === "test")!;
    expect(shown).toContain(neco.auroc.toFixed(3));
    expect(shown).toContain("NECO with r = 3");
    await expect.poll(() => reader.getByRole("heading", { name: "NC5" }).count(), { timeout: 30_000 }).toBeGreaterThan(0);
    await keepPicture(reader, `run-${name}`);
    expect(await reader.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await reader.close();
  }

  const csv = await (await fetch(`${server.url}/export/runs/${first!.id}.csv`)).text();
  expect(csv).toContain("other/auroc.neco.test");
  expect(csv).toContain("other/nc5@2");
  expect(problems).toEqual([]);
}, 600_000);
