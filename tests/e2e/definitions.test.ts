import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allMetrics } from "../../contract/metrics/metricInfo.ts";
import { launchBrowser } from "../support/processes/browser.ts";
import { TestServer } from "../support/processes/server.ts";

let server: TestServer;
let browser: Browser;
let shared: string;
let runId: string;

beforeAll(async () => {
  server = await TestServer.start({ pages: true, singleUser: false });
  await server.signIn();
  const { rows } = await server.call("experiments.list", {});
  runId = (await server.call("experiments.get", { id: rows[0].id })).runs[0]!.id;
  shared = new URL((await server.call("shares.create", { experimentId: rows[0].id })).url).pathname;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test.each([
  { colorScheme: "light", viewport: { width: 1440, height: 900 } },
  { colorScheme: "dark", viewport: { width: 390, height: 844 } },
] as const)(
  "who has a public link reads the definitions without signing in, and comes to them from a panel's title ($colorScheme)",
  async (options) => {
    const page = await browser.newPage(options);
    await page.goto(`${server.url}${shared}/r/${runId}`);
    const title = page.locator('[data-panel="nc1.ratio"] h3 a');
    await title.waitFor();
    expect(await title.getAttribute("title")).toBe("Definition of NC1");
    expect(await title.getAttribute("href")).toBe(`${shared}/definitions#nc1.ratio`);
    await title.click();
    const nc1 = page.locator('[id="nc1.ratio"]');
    await nc1.locator(".katex").first().waitFor();
    await expect.poll(() => nc1.evaluate((one) => one.matches(":target"))).toBe(true);
    // In view, below the heading of the page.
    const box = (await nc1.boundingBox())!;
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.y).toBeLessThan(options.viewport.height);
    expect(await page.locator("article[id]").count()).toBe(allMetrics.length);
    expect(await page.locator(".katex-error").count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await page.getByLabel("Find a definition").fill("riesz");
    await expect.poll(() => page.locator("article[id]").count()).toBe(1);
    await page.getByLabel("Find a definition").fill("no such measure");
    await page.getByText("No definition has these words.").waitFor();
    // The own pages stay behind the sign-in.
    expect((await page.goto(`${server.url}/definitions`))?.status()).toBe(401);
    await page.close();
  },
);
