import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { layersOf } from "../../contract/config/networkForm.ts";
import { seriesKey } from "../../contract/metrics/seriesKey.ts";
import { ended, measured, numbered, started } from "../support/builders/events.ts";
import { grid, launch } from "../support/builders/studies.ts";
import { RawWorker } from "../support/client/rawWorker.ts";
import { launchBrowser } from "../support/processes/browser.ts";
import { NetworkLine } from "../support/processes/networkLine.ts";
import { PollingProxy } from "../support/processes/pollingProxy.ts";
import { TestServer } from "../support/processes/server.ts";

let server: TestServer;
let browser: Browser;
const cleanUps: (() => unknown)[] = [];

beforeAll(async () => {
  server = await TestServer.start({ pages: true });
  browser = await launchBrowser();
});
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
  // What waits would be given to the worker of the next test.
  const { rows } = await server.call("experiments.list", {});
  for (const { id } of rows) await server.call("experiments.cancel", { id });
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function newContext(): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  cleanUps.push(() => context.close());
  return context;
}
const at = (page: Page, id: string) => page.locator(`[data-testid="${id}"]`);
const badge = (page: Page) => at(page, "freshness").first();
const state = (page: Page) => badge(page).getAttribute("data-state");
/** What was set on the window is gone after a reload. */
const mark = (page: Page) => page.evaluate(() => Object.assign(window, { marked: true }));
const isMarked = (page: Page) => page.evaluate(() => "marked" in window);

/** Points of a line on screen. */
const drawn = async (page: Page, line: string) =>
  ((await page.locator(`path[data-line="${line}"]`).first().getAttribute("d")) ?? "").split(/[ML]/).length - 1;

/** A run on a worker that does what the test says; its loss and NC1 at step s are 1/(s + 1). */
async function trainedRun() {
  const worker = await RawWorker.connect(server);
  cleanUps.push(() => worker.close());
  const { id, runs } = await launch(server);
  const run = runs[0];
  const nc1 = seriesKey("train", "nc1.ratio", layersOf(run.config));
  const at = (step: number) => measured(step, { "train/loss": 1 / (step + 1), [nc1]: 1 / (step + 1) });
  const steps = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => at(from + index));
  return { worker, id, run, steps };
}

describe("Points of a voided attempt", () => {
  test("leave the study's page, the run's page and the list at once, and nothing is drawn twice", async () => {
    const { worker, id, run, steps } = await trainedRun();
    const first = await worker.nextAssignment(run.id);
    const checkpoint = { kind: "checkpoint", step: 10, hash: "0", bytes: 1 } as const;
    await worker.events(first, numbered([started(), ...steps(0, 10), checkpoint, ...steps(11, 20)]));
    const context = await newContext();
    const [study, runPage, list] = [await context.newPage(), await context.newPage(), await context.newPage()];
    await study.goto(`${server.url}/e/${id}`);
    await runPage.goto(`${server.url}/r/${run.id}`);
    await list.goto(server.url);
    const listed = list.locator(`[data-experiment-id="${id}"] [data-testid="nc1"]`);
    const curve = list.locator(`[data-experiment-id="${id}"] polyline`);
    const marks = async () => ((await curve.getAttribute("points")) ?? "").split(" ").length;
    const line = study.locator(`[data-testid="run-row"][data-run-id="${run.id}"]`);
    await expect.poll(() => line.getAttribute("data-points")).toBe("21");
    await expect.poll(() => drawn(runPage, "train/loss")).toBe(20); // a log axis has no place for step 0
    await expect.poll(() => listed.getAttribute("data-value")).toBe(String(1 / 21));
    await expect.poll(marks).toBe(21);
    for (const page of [study, runPage, list]) await mark(page);

    await worker.events(first, numbered([ended("CRASHED", "test", 20)], 24));
    const second = await worker.nextAssignment(run.id);
    expect(second.attempt).toBe(2);
    await worker.events(second, numbered([started(10)]));
    await expect.poll(() => line.getAttribute("data-points")).toBe("11");
    await expect.poll(() => line.getAttribute("data-last-step")).toBe("10");
    await expect.poll(() => drawn(runPage, "train/loss")).toBe(10);
    await expect.poll(() => listed.getAttribute("data-value")).toBe(String(1 / 11));
    await expect.poll(marks).toBe(11);
    await expect.poll(() => at(runPage, "last-loss").getAttribute("data-value")).toBe(String(1 / 11));

    await worker.events(second, numbered(steps(11, 15), 2));
    await expect.poll(() => line.getAttribute("data-points")).toBe("16");
    await expect.poll(() => drawn(runPage, "train/loss")).toBe(15);

    // Once more, while the pages hear nothing, and from the beginning.
    await context.setOffline(true);
    await worker.events(second, numbered([ended("CRASHED", "test", 15)], 7));
    const third = await worker.nextAssignment(run.id);
    await worker.events(third, numbered([started(0), ...steps(0, 3)]));
    await context.setOffline(false);
    await expect.poll(() => line.getAttribute("data-points")).toBe("4");
    await expect.poll(() => drawn(runPage, "train/loss")).toBe(3);
    await expect.poll(() => listed.getAttribute("data-value")).toBe(String(1 / 4));
    for (const page of [study, runPage, list]) expect(await isMarked(page)).toBe(true);
  });
});

describe("A page's line", () => {
  test("F11: held for longer than the line's own patience, the page is live again without a reload", async () => {
    const { worker, id, run, steps } = await trainedRun();
    const lease = await worker.nextAssignment(run.id);
    await worker.events(lease, numbered([started(), ...steps(0, 5)]));
    const net = await NetworkLine.open(server.url);
    cleanUps.push(() => net.close());
    const page = await (await newContext()).newPage();
    await page.goto(`${net.url}/e/${id}`);
    const line = page.locator('[data-testid="run-row"]');
    await expect.poll(() => line.getAttribute("data-points")).toBe("6");
    await mark(page);
    net.hold();
    await worker.events(lease, numbered(steps(6, 9), 8));
    await expect.poll(() => state(page)).toBe("delayed");
    await new Promise((resolve) => setTimeout(resolve, 23_000));
    expect(await state(page)).toBe("delayed");
    net.mendForNewOnes();
    await expect.poll(() => line.getAttribute("data-points")).toBe("10");
    await expect.poll(() => state(page)).toBe("live");
    await worker.events(lease, numbered(steps(10, 11), 12));
    await expect.poll(() => line.getAttribute("data-points")).toBe("12");
    expect(await isMarked(page)).toBe(true);
  });

  test("continues by polling through a proxy that refuses WebSocket, and the badge says so", async () => {
    const { worker, id, run, steps } = await trainedRun();
    const lease = await worker.nextAssignment(run.id);
    await worker.events(lease, numbered([started(), ...steps(0, 5)]));
    const proxy = await PollingProxy.open(server.url);
    cleanUps.push(() => proxy.close());
    const page = await (await newContext()).newPage();
    await page.goto(`${proxy.url}/e/${id}`);
    const line = page.locator('[data-testid="run-row"]');
    await expect.poll(() => line.getAttribute("data-points")).toBe("6");
    await expect.poll(() => state(page)).toMatch(/by polling$/);
    for (let step = 6; step < 9; step++) {
      await worker.events(lease, numbered(steps(step, step), step + 2));
      await expect.poll(() => line.getAttribute("data-points")).toBe(String(step + 1));
    }
    await badge(page).hover();
    await page.getByText(/proxy, blocks lasting connections/).waitFor();
    expect(proxy.upgrades).toBeGreaterThan(0);
  });

  test("F20: never says live of a run that does nothing while its worker answers", async () => {
    const { worker, run, steps } = await trainedRun();
    const lease = await worker.nextAssignment(run.id);
    await worker.events(lease, numbered([started(), ...steps(0, 5)]));
    const page = await (await newContext()).newPage();
    await page.goto(`${server.url}/r/${run.id}`);
    await expect.poll(() => state(page)).toBe("live");
    // Its worker's heartbeats go on, with the same step.
    await expect.poll(() => state(page), { timeout: 60_000, interval: 500 }).toMatch(/^(no step|nothing new|stalled)/);
    await worker.events(lease, numbered(steps(6, 7), 8));
    await expect.poll(() => state(page)).toBe("live");
  });
});

describe("What is deleted while it is open", () => {
  const share = async (experimentId: string) => new URL((await server.call("shares.create", { experimentId })).url).pathname;

  test("an experiment: its page, the page of its run and the shared page say so, and all are back when it is restored", async () => {
    const { worker, id, run, steps } = await trainedRun();
    const lease = await worker.nextAssignment(run.id);
    await worker.events(lease, numbered([started(), ...steps(0, 5)]));
    const context = await newContext();
    const [study, runPage, shared] = [await context.newPage(), await context.newPage(), await context.newPage()];
    const link = await share(id);
    await study.goto(`${server.url}/e/${id}`);
    await runPage.goto(`${server.url}/r/${run.id}`);
    await shared.goto(`${server.url}${link}`);
    for (const page of [study, shared]) await at(page, "run-row").first().waitFor();
    await at(runPage, "run").waitFor();
    const other = await context.newPage();
    await other.goto(server.url);
    await other
      .locator(`[data-experiment-id="${id}"]`)
      .getByRole("button", { name: /^Actions for/ })
      .click();
    await other.getByRole("menuitem", { name: "Delete" }).click();
    await at(other, "confirm-delete").getByRole("button", { name: "Delete" }).click();

    await at(study, "removed").waitFor();
    expect(await at(study, "run-row").count()).toBe(1);
    await at(runPage, "no-run").waitFor();
    await at(shared, "removed").waitFor();
    expect(await at(shared, "removed").getByRole("button").count()).toBe(0);
    const late = await context.newPage();
    await late.goto(`${server.url}/e/${id}`);
    await at(late, "no-experiment").waitFor();

    await other.getByRole("button", { name: "Undo" }).click();
    await at(study, "removed").waitFor({ state: "detached" });
    await at(runPage, "run").waitFor();
    await at(shared, "removed").waitFor({ state: "detached" });
    await at(late, "run-row").first().waitFor();
  });

  test("can be restored from the page that was open, or from its address", async () => {
    const { id } = await launch(server);
    const context = await newContext();
    const page = await context.newPage();
    await page.goto(`${server.url}/e/${id}`);
    await at(page, "run-row").first().waitFor();
    await server.call("experiments.remove", { id });
    await at(page, "removed").getByRole("button", { name: "Restore it" }).click();
    await at(page, "removed").waitFor({ state: "detached" });
    await server.call("experiments.remove", { id });
    await at(page, "removed").waitFor();
    await page.reload();
    await at(page, "no-experiment").getByRole("button", { name: "Restore it" }).click();
    await at(page, "run-row").first().waitFor();
    await page.goto(`${server.url}/e/12345678-1234-4123-8123-123456789012`);
    await at(page, "no-experiment").getByRole("button", { name: "Restore it" }).click();
    await page.getByText("There is nothing to restore").waitFor();
  });

  test("a run: its row leaves the study, its page says so", async () => {
    const { id, runs } = await launch(server, grid({ seeds: [0, 1] }));
    await server.call("experiments.cancel", { id });
    const context = await newContext();
    const [study, runPage] = [await context.newPage(), await context.newPage()];
    await study.goto(`${server.url}/e/${id}`);
    await runPage.goto(`${server.url}/r/${runs[0].id}`);
    await at(study, "run-row").first().waitFor();
    await at(runPage, "run").waitFor();
    await server.call("runs.remove", { id: runs[0].id });
    await at(runPage, "no-run").waitFor();
    await expect.poll(() => study.locator(`[data-run-id="${runs[0].id}"]`).count()).toBe(0);
  });

  test("a share link that is revoked while it is open no longer shows anything", async () => {
    const { id } = await launch(server);
    const made = await server.call("shares.create", { experimentId: id });
    const page = await (await newContext()).newPage();
    await page.goto(made.url);
    await at(page, "run-row").first().waitFor();
    await server.call("shares.revoke", { id: made.id });
    await at(page, "dead-link").waitFor();
    expect(await at(page, "run-row").count()).toBe(0);
  });
});
