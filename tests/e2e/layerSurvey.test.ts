import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { grid, launch, untilStatus } from "../support/builders/studies.ts";
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

test("a run's page says where the tunnel begins, and draws accuracies, ranks and spectra of its layers at the step shown", async () => {
  const config = grid({ depths: [6], measuring: { name: "log", perDecade: 5, layers: "every" } });
  const { id, runs } = await launch(server, config);
  const run = runs[0]!;
  await untilStatus(server, run.id, "finished", 120_000);
  const series = await server.call("runs.series", { id: run.id, keys: ["train/spectrum@6:*", "test/probe@6"], maxPoints: 500 });
  const probe = series.find(({ key }) => key === "test/probe@6")!;
  expect(series.filter(({ key }) => key.startsWith("train/spectrum@6:"))).toHaveLength(run.config.width);
  expect(probe.steps.at(-1)).toBe(run.config.training.steps);

  for (const options of [
    { colorScheme: "light", viewport: { width: 1440, height: 900 } },
    { colorScheme: "dark", viewport: { width: 390, height: 844 } },
  ] as const) {
    const page = await browser.newPage(options);
    await page.goto(`${server.url}/r/${run.id}`);
    const section = page.locator('section[aria-label="The layers at one step"]');
    await section.scrollIntoViewIfNeeded();
    const tunnel = page.locator('[data-testid="tunnel"]');
    await expect
      .poll(() => tunnel.textContent(), { timeout: 60_000 })
      .toMatch(/^(The tunnel begins at layer \d of 6|No tunnel at step)/);
    await expect.poll(() => section.locator("path[data-line]").count(), { timeout: 30_000 }).toBeGreaterThan(6);
    const before = await tunnel.textContent();
    // Any layer is within 100 points of the last one.
    await section.getByLabel("within τ =", { exact: true }).fill("1");
    await section.getByLabel("within τ =", { exact: true }).press("Enter");
    await expect.poll(() => tunnel.textContent()).toMatch(/^The tunnel begins at layer 1 of 6/);
    expect(before).not.toBeNull();
    await section.getByLabel("Spectrum of", { exact: true }).selectOption("spectrum.weights");
    await expect.poll(() => section.getByText("Spectrum of the weights").count(), { timeout: 30_000 }).toBeGreaterThan(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await page.goto(`${server.url}/e/${id}?profile=probe&split=test`);
    await expect.poll(() => page.getByText(/diamonds: the tunnel begins/).count(), { timeout: 60_000 }).toBeGreaterThan(0);
    await page.close();
  }
}, 300_000);
