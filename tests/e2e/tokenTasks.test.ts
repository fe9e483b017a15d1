import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ExperimentConfig } from "../../contract/config/experimentConfig.ts";
import { presets } from "../../contract/presets/presets.ts";
import { launch, untilStatus } from "../support/builders/studies.ts";
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

/** A preset's study, cut to so many steps and its last network. */
function short(id: string, steps: number): ExperimentConfig {
  const { config } = presets.find((preset) => preset.id === id)!;
  const { training, architectures, depths } = config;
  return {
    ...{ ...config, architectures: architectures.slice(-1), depths: depths.slice(0, 1), seeds: [0] },
    training: { ...training, steps },
  };
}

/** The same on a wide bright page and on a narrow dark one. */
async function onPages(path: string, look: (page: Page) => Promise<void>) {
  for (const options of [
    { colorScheme: "light", viewport: { width: 1440, height: 900 } },
    { colorScheme: "dark", viewport: { width: 390, height: 844 } },
  ] as const) {
    const page = await browser.newPage(options);
    await page.goto(`${server.url}${path}`);
    await look(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    const folder = process.env.COLLAPSAR_TEST_PICTURES;
    if (folder) await page.screenshot({ path: `${folder}/${path.replace(/\W+/g, "-")}-${options.viewport.width}.png` });
    await page.close();
  }
}

const wait = { timeout: 60_000 };

test("the form of the preset has the task's own fields", async () => {
  await onPages("/new?preset=grokking", async (page) => {
    await expect.poll(() => page.getByTestId("set-modulus").inputValue(), wait).toBe("23");
    expect(await page.getByTestId("set-trainShare").inputValue()).toBe("0.7");
    expect(await page.getByTestId("noise-rates").count()).toBe(0);
  });
  await onPages("/new?preset=next-tokens", async (page) => {
    await expect.poll(() => page.getByTestId("set-tokens").inputValue(), wait).toBe("16");
    expect(await page.getByTestId("set-trainSamples").inputValue()).toBe("2000");
  });
}, 200_000);

test("a study of modular addition says when each set was known, and draws both on one logarithmic axis of steps", async () => {
  const { id, runs } = await launch(server, short("grokking", 200));
  for (const run of runs) await untilStatus(server, run.id, "finished", 400_000);
  await onPages(`/e/${id}`, async (page) => {
    const section = page.getByTestId("grokking");
    await section.scrollIntoViewIfNeeded(wait);
    await expect
      .poll(() => page.getByTestId("grokking-answer").textContent(), wait)
      .toMatch(/^Of 2 shown runs, 2 reached a training accuracy of 0.99 and 0 a test accuracy of 0.99/);
    // Two runs on both sets, twice, and the flatness of each.
    await expect.poll(() => section.locator("path[data-line]").count(), wait).toBe(10);
    await expect.poll(() => section.getByText("Relative flatness", { exact: true }).count(), wait).toBeGreaterThan(0);
    await section.scrollIntoViewIfNeeded();
  });
}, 900_000);

test("a study of next tokens draws the fit beside its floor, NC1 by class frequency, and says why there is no L*", async () => {
  const { id, runs } = await launch(server, short("next-tokens", 100));
  for (const run of runs) await untilStatus(server, run.id, "finished", 400_000);
  await onPages(`/e/${id}`, async (page) => {
    const section = page.getByTestId("next-tokens");
    await section.scrollIntoViewIfNeeded(wait);
    await expect.poll(() => page.getByTestId("next-token-answer").textContent(), wait).toMatch(/^\d+ different contexts/);
    await expect.poll(() => section.getByText(/^entropy floor 1\.59$/).count(), wait).toBeGreaterThan(0);
    await expect.poll(() => section.getByText(/^entropy of the language/).count(), wait).toBeGreaterThan(0);
    await expect.poll(() => section.locator("path[data-line]").count(), wait).toBeGreaterThanOrEqual(2);
    await expect.poll(() => section.getByText("NC1 by class frequency").count(), wait).toBeGreaterThan(0);
    await expect.poll(() => page.getByText(/have an input that has other labels too/).count(), wait).toBeGreaterThan(0);
    await section.scrollIntoViewIfNeeded();
  });
}, 900_000);
