import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { finished, measured, numbered, snapshot, started } from "../support/builders/events.ts";
import { grid, launch, untilStatus } from "../support/builders/studies.ts";
import { RawWorker } from "../support/client/rawWorker.ts";
import { launchBrowser } from "../support/processes/browser.ts";
import { TestServer } from "../support/processes/server.ts";

const folder = mkdtempSync(join(tmpdir(), "collapsar-test-"));
let server: TestServer;
let browser: Browser;
let id: string;

beforeAll(async () => {
  server = await TestServer.start({ pages: true });
  browser = await launchBrowser();
  const worker = await RawWorker.connect(server);
  const study = await launch(server, grid({ depths: [2, 4, 8], seeds: [0, 1] }), { name: "Lasting" });
  id = study.id;
  for (const { config } of study.runs) {
    const lease = await worker.nextAssignment();
    const { depth, seed } = config;
    const layers = Array.from({ length: depth }, (_, at) => [`train/nc1.ratio@${at + 1}`, (1 + seed / 10) / (depth + at)]);
    const values = { ...Object.fromEntries(layers), "train/accuracy": 1 };
    await worker.events(lease, numbered([started(), measured(1, values), measured(1000, values), snapshot(1000), finished()]));
  }
  for (const run of study.runs) await untilStatus(server, run.id, "finished");
  worker.close();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function open(address: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  const asked: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("request", (request) => !/^(file|blob|data):/.test(request.url()) && asked.push(request.url()));
  await page.goto(address);
  return { context, page, faults, asked };
}

/** Chooses something of the experiment's export menu, and keeps what is downloaded. */
async function exported(page: Page, label: string, name: string): Promise<string> {
  await page.locator('[data-testid="experiment-export"]').click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: label, exact: true }).click(),
  ]);
  const path = join(folder, name);
  await download.saveAs(path);
  return path;
}

test("a report that was downloaded opens from a folder without any network, and its charts answer", async () => {
  const { context, page } = await open(`${server.url}/e/${id}`);
  const path = await exported(page, "Report: one HTML file that needs no network", "report.html");
  await context.close();
  for (const options of [{ colorScheme: "light" }, { colorScheme: "dark", viewport: { width: 390, height: 844 } }] as const) {
    const { context: offline, page: report, faults, asked } = await open(pathToFileURL(path).href, { ...options, offline: true });
    const plot = report.locator('#study-chart [data-plot="study"]');
    await plot.waitFor();
    await plot.scrollIntoViewIfNeeded();
    const box = (await plot.boundingBox())!;
    await report.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await expect.poll(() => report.locator("#study-chart svg.recharts-surface").first().textContent()).toContain("depth 4");
    await report.getByLabel("Metric", { exact: true }).selectOption({ label: "Accuracy" });
    await expect.poll(() => report.locator("#study-chart h2").textContent()).toBe("Accuracy over depth");
    expect(await report.locator("#layer-chart [data-line]").count()).toBeGreaterThanOrEqual(3);
    expect(await report.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect({ faults, asked }).toEqual({ faults: [], asked: [] });
    await offline.close();
  }
});

test("without JavaScript a report shows the figure and the tables", async () => {
  const { context, page } = await open(`${server.url}/e/${id}`);
  const path = await exported(page, "Report for blind review", "blind.html");
  await context.close();
  const { context: plain, page: report } = await open(pathToFileURL(path).href, { javaScriptEnabled: false });
  expect(await report.locator('svg[aria-label="NC1 over depth"]').isVisible()).toBe(true);
  expect(await report.locator('[data-testid="runs"] tbody tr').count()).toBe(6);
  expect(await report.locator("noscript p").isVisible()).toBe(true);
  await plain.close();
});

test("an archive that was downloaded is imported by the page that the list leads to, after it was shown what it would make", async () => {
  const { context, page, faults } = await open(`${server.url}/e/${id}`);
  const path = await exported(page, "Archive: whole, for another Collapsar", "study.zip");
  await page.goto(`${server.url}/`);
  await page.locator('[data-testid="import-link"]').click();
  await page.waitForURL((url) => url.pathname === "/import");
  await page.locator('input[aria-label="Files"]').setInputFiles(path);
  const plan = page.locator('[data-testid="import-plan"]');
  await expect.poll(() => plan.textContent()).toContain("6 runs, 68 measured values");
  await expect.poll(() => plan.locator('[data-testid="archive-duplicates"]').textContent()).toContain("the same experiment");
  await page.locator('[data-testid="import-confirm"]').click();
  await page.waitForURL((url) => url.pathname.startsWith("/e/") && !url.pathname.endsWith(id));
  await expect.poll(() => page.locator('[data-testid="provenance"]').textContent()).toContain("from an archive that Collapsar");
  expect(faults).toEqual([]);

  await page.goto(`${server.url}/import`);
  const foreign = join(folder, "report.zip");
  copyFileSync(join(folder, "report.html"), foreign);
  await page.locator('input[aria-label="Files"]').setInputFiles(foreign);
  await expect.poll(() => page.locator('[data-testid="import-problem"]').textContent()).toContain("no zip file that can be read");
  await page.locator('input[aria-label="Files"]').setInputFiles(join(folder, "report.html"));
  await expect
    .poll(() => page.locator('[data-testid="import-problem"]').textContent())
    .toContain("report.html cannot be imported. These can: ");
  await context.close();
});
