import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OpenedExternalRun } from "../../contract/external/externalRequests.ts";
import { features, labels, numbered, openRun, report, sumsOf } from "../support/builders/externalRuns.ts";
import { launchBrowser } from "../support/processes/browser.ts";
import { TestServer } from "../support/processes/server.ts";

const depths = [2, 4, 8];
const seeds = [0, 1];
const optimizer = "adam /home/someone";
let server: TestServer;
let browser: Browser;
const opened = new Map<string, OpenedExternalRun>();
let experimentId: string;

/** Features about their class means by a factor of what they were: NC1 by its square. */
function spread(factor: number): number[][] {
  const meanOf = (k: number) => {
    const own = features.filter((_, i) => labels[i] === k);
    return own[0]!.map((_, j) => own.reduce((sum, h) => sum + h[j]!, 0) / own.length);
  };
  return features.map((h, i) => h.map((value, j) => meanOf(labels[i]!)[j]! + factor * (value - meanOf(labels[i]!)[j]!)));
}

/** A measurement of two layers, of which the second has collapsed further. */
function measurement(step: number, factor: number) {
  const [first, last] = [2, 1].map((more) => sumsOf(step, { H: spread(factor * more), name: more === 2 ? "layer1" : "avgpool" }));
  return { ...last!, layers: [...first!.layers, ...last!.layers] };
}

beforeAll(async () => {
  server = await TestServer.start({ pages: true });
  browser = await launchBrowser();
  for (const depth of depths)
    for (const seed of seeds) {
      const config = { model: { depth }, optimizer, seed };
      const { body } = await openRun(server, { study: "ResNets", config, layers: ["layer1", "avgpool"] });
      const factor = (seed === 0 ? 1 : 1.2) / depth;
      const logged = (step: number) => ({ kind: "scalars" as const, step, values: { "lr, now": 0.1 / (step + 1) } });
      const events = [measurement(1, 2 * factor), logged(1), measurement(10, factor), logged(10)];
      const isLast = depth === 8 && seed === 1;
      await report(server, body.runId, numbered(isLast ? events : [...events, { kind: "finished", step: 10 }]));
      opened.set(`${depth} ${seed}`, body);
      experimentId = body.experimentId;
    }
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(path: string, viewport = { width: 1440, height: 900 }) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("response", (response) => response.status() >= 400 && faults.push(`${response.status()} ${response.url()}`));
  await page.goto(`${server.url}${path}`);
  return { page, faults, close: () => context.close() };
}
const at = (page: Page, id: string) => page.locator(`[data-testid="${id}"]`);
const panel = (page: Page, id: string) => page.locator(`[data-panel="${id}"]`);

test("a study that was reported has a curve over its own depth with a band over seeds, and its layers by name", async () => {
  const { page, faults, close } = await open(`/e/${experimentId}`);
  await at(page, "external-result").waitFor();
  await expect.poll(() => panel(page, "study").locator("h2").textContent()).toBe("NC1 over depth");
  // NC1 is the square of factor/depth, 1 and 1.2² for the seeds; at depth 8 the second one has not finished: −2 − log 1.2/(2 log 2).
  await expect.poll(() => panel(page, "study").locator('[data-line="[]"]').count()).toBeGreaterThan(0);
  await expect.poll(() => at(page, "slopes").first().textContent()).toContain("−2.132 ± 0.076");
  await expect.poll(() => panel(page, "study").textContent()).toContain("geometric mean with 95 % band over seeds");
  for (const name of ["layer1", "avgpool"])
    await expect.poll(() => panel(page, "layer-profile").locator("svg.recharts-surface").first().textContent()).toContain(name);
  await expect.poll(() => at(page, "source-note").first().textContent()).toContain("collapsar.py 0.1.0");
  expect(await at(page, "source-note").first().textContent()).toContain("the data and their hash");
  expect(await page.getByText("Add depth").count()).toBe(0);
  expect(await at(page, "run-row").count()).toBe(6);
  // A logged number, over the steps.
  await panel(page, "study").getByLabel("Metric", { exact: true }).selectOption({ label: "logged: lr, now" });
  await panel(page, "study").getByLabel("Over", { exact: true }).selectOption({ label: "over step" });
  await expect.poll(() => panel(page, "study").locator("h2").textContent()).toBe("lr, now over step");
  await expect.poll(() => panel(page, "study").locator("path[data-line]").count()).toBeGreaterThanOrEqual(3);
  expect(new URL(page.url()).searchParams.get("over")).toBe("step");
  expect(faults).toEqual([]);
  await close();
});

test("new measurements and new runs appear without a reload, on the study's page and the run's", async () => {
  const last = opened.get("8 1")!;
  const study = await open(`/e/${experimentId}`);
  const run = await open(`/r/${last.runId}`);
  const row = study.page.locator(`[data-testid="run-row"][data-run-id="${last.runId}"]`);
  await expect.poll(() => row.getAttribute("data-last-step")).toBe("10");
  await expect.poll(() => at(run.page, "last-nc1").getAttribute("data-value")).toMatch(/^0\.0/);
  for (const { page } of [study, run]) await page.evaluate(() => Object.assign(window, { marked: true }));
  const before = await at(run.page, "last-nc1").getAttribute("data-value");
  const more = [measurement(20, 0.05), { kind: "log", level: "warning", text: "a value was not finite" } as const];
  await report(server, last.runId, numbered([...more, { kind: "finished", step: 20 }], 5));
  await expect.poll(() => row.getAttribute("data-last-step")).toBe("20");
  await expect.poll(() => row.getAttribute("data-status")).toBe("finished");
  await expect.poll(() => at(run.page, "last-nc1").getAttribute("data-value")).not.toBe(before);
  await expect.poll(() => at(run.page, "log").textContent()).toContain("a value was not finite");
  const { body } = await openRun(server, { study: experimentId, config: { model: { depth: 16 }, optimizer, seed: 0 } });
  const added = study.page.locator(`[data-testid="run-row"][data-run-id="${body.runId}"]`);
  await added.waitFor();
  // Its layers are named by its first measurement.
  await report(server, body.runId, numbered([measurement(1, 0.1)]));
  await expect.poll(() => added.locator('[data-metric="train/nc1.ratio"]').getAttribute("data-value")).toMatch(/^\d/);
  for (const { page, faults } of [study, run]) {
    expect(await page.evaluate(() => "marked" in window)).toBe(true);
    expect(faults).toEqual([]);
  }
  await study.close();
  await run.close();
});

test("a shared link shows the study and its runs, and hides texts of its configs where it hides names", async () => {
  const { url } = await server.call("shares.create", { experimentId, hideNames: true });
  const { page, faults, close } = await open(new URL(url).pathname, { width: 390, height: 844 });
  await at(page, "run-row").first().waitFor();
  await expect.poll(() => panel(page, "study").locator("h2").textContent()).toBe("NC1 over depth");
  await page.getByText("optimizer", { exact: true }).first().waitFor();
  expect(await page.content()).not.toContain("someone");
  expect(await at(page, "share").count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await at(page, "run-row").first().getByRole("link").first().click();
  await at(page, "run").waitFor();
  await expect.poll(() => at(page, "last-nc1").count()).toBe(1);
  expect(await page.content()).not.toContain("someone");
  expect(faults).toEqual([]);
  await close();
});

test("the list says that it is external, and offers nothing that cannot be", async () => {
  const { page, close } = await open("/");
  const listed = page.locator(`[data-experiment-id="${experimentId}"]`);
  await listed.getByText("external", { exact: true }).waitFor();
  await listed.getByRole("button", { name: /^Actions for/ }).click();
  await page.getByRole("menuitem", { name: "Delete" }).waitFor();
  const offered = await page.getByRole("menuitem").allTextContents();
  expect(offered).not.toContain("Fork with changes");
  expect(offered).not.toContain("Pause runs");
  await close();
});

test("a study without measurements says what will be there", async () => {
  const { body } = await openRun(server, { study: "Not begun", config: { depth: 3 } });
  const { page, faults, close } = await open(`/e/${body.experimentId}`);
  await page.getByText(/^No measurement yet: each run becomes a point here/).waitFor();
  await page.goto(`${server.url}/r/${body.runId}`);
  await page.getByText("No measurement yet: every number that its program reports appears here.").waitFor();
  expect(faults).toEqual([]);
  await close();
});
