import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/processes/browser.ts";
import { TestServer } from "../support/processes/server.ts";

let server: TestServer;
let browser: Browser;
let places: { what: string; path: string; shows: string }[];

beforeAll(async () => {
  server = await TestServer.start({ pages: true });
  browser = await launchBrowser();
  const { rows } = await server.call("experiments.list", {});
  const sample = await server.call("experiments.get", { id: rows[0].id });
  const { url } = await server.call("shares.create", { experimentId: rows[0].id });
  const shared = new URL(url).pathname;
  places = [
    { what: "list", path: "/", shows: '[data-testid="experiment-row"]' },
    { what: "form", path: "/new", shows: '[data-testid="launch"]' },
    { what: "result", path: `/e/${rows[0].id}`, shows: '[data-testid="run-row"]' },
    { what: "run", path: `/r/${sample.runs[0].id}`, shows: '[data-testid="run"]' },
    { what: "workers", path: "/workers", shows: '[data-testid="storage"] table' },
    { what: "Slurm", path: "/workers/slurm", shows: '[data-testid="slurm-script"]' },
    { what: "Kubernetes", path: "/workers/kubernetes", shows: '[data-testid="kubernetes-manifest"]' },
    { what: "theory", path: "/theory", shows: '[data-testid="optimum-loss"]' },
    { what: "definitions", path: "/definitions", shows: '[id="nc1.ratio"] .katex' },
    { what: "people", path: "/people", shows: '[data-testid="empty"]' },
    { what: "import", path: "/import", shows: '[data-testid="drop-zone"]' },
    { what: "the API", path: "/api", shows: '[data-testid="operation"]' },
    { what: "sessions and tokens", path: "/access", shows: '[data-testid="api-tokens"]' },
    { what: "shared result", path: shared, shows: '[data-testid="run-row"]' },
    { what: "shared run", path: `${shared}/r/${sample.runs[0].id}`, shows: '[data-testid="run"]' },
    { what: "shared definitions", path: `${shared}/definitions`, shows: '[id="nc1.ratio"] .katex' },
    { what: "embedded chart", path: shared.replace("/s/", "/embed/"), shows: '[data-plot="study"]' },
    { what: "dead link", path: `/s/${"B".repeat(43)}`, shows: '[data-testid="dead-link"]' },
  ];
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

describe.each([
  { width: 1440, height: 900, colorScheme: "light" },
  { width: 390, height: 844, colorScheme: "dark" },
] as const)("at $width px, $colorScheme", ({ width, height, colorScheme }) => {
  test("every page shows its content, fits the window and reports no error", async () => {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    for (const { what, path, shows } of places) {
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("console", (message) => {
        // The refused link is a refused request, which the browser notes.
        if (message.type() === "error" && what !== "dead link") problems.push(message.text());
      });
      await page.goto(`${server.url}${path}`);
      await page.locator(shows).first().waitFor();
      await page.waitForTimeout(500);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `width of the ${what} page`).toBeLessThanOrEqual(
        width,
      );
      expect(await page.title(), `title of the ${what} page`).not.toBe("");
      expect(problems, `errors of the ${what} page`).toEqual([]);
      await page.close();
    }
    await context.close();
  });
});
