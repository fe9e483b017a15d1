import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExperimentDetail } from "../../contract/wire/views.ts";
import { enterNumbers } from "../support/client/enterNumbers.ts";
import { launchBrowser } from "../support/processes/browser.ts";
import { TestServer } from "../support/processes/server.ts";

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  server = await TestServer.start({ localWorker: true, pages: true, singleUser: false });
  await server.signIn();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** A page of its own visitor: nothing is shared with the others but the server. Only the first is let in by the printed link. */
async function visitor(): Promise<{ page: Page; problems: string[] }> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  return { page, problems };
}

/** Types the key that the server keeps in its data folder. */
async function signIn(page: Page): Promise<void> {
  await page.goto(`${server.url}/enter`);
  await page.getByLabel("Access key").fill(server.keptKey);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${server.url}/`);
}

const at = (page: Page, id: string) => page.locator(`[data-testid="${id}"]`);

/** Last values by run and series, as the run table shows them. */
async function tableValues(page: Page): Promise<Record<string, Record<string, number>>> {
  return page
    .locator('[data-testid="run-row"]')
    .evaluateAll((rows) =>
      Object.fromEntries(
        rows.map((row) => [
          row.getAttribute("data-run-id"),
          Object.fromEntries(
            [...row.querySelectorAll("[data-metric]")]
              .filter((cell) => cell.getAttribute("data-value") !== "")
              .map((cell) => [cell.getAttribute("data-metric"), Number(cell.getAttribute("data-value"))]),
          ),
        ]),
      ),
    );
}

/** Where the run table shows something else than the database has; also a run of which it shows hardly anything. */
async function differences(page: Page, detail: ExperimentDetail): Promise<string[]> {
  const shown = await tableValues(page);
  return detail.runs.flatMap((run) => {
    const values = Object.entries(shown[run.id] ?? {});
    const wrong = values.filter(([key, value]) => value !== (run.last[key] ?? run.last[`${key}@${run.config.depth}`]));
    const which = `depth ${run.config.depth}, seed ${run.config.seed}`;
    return [
      ...(values.length > 4 ? [] : [`${which}: ${values.length} values`]),
      ...wrong.map(([key, value]) => `${which}: ${key} ${value}`),
    ];
  });
}

describe("a depth study, from the form to the depth curve", () => {
  let experimentId: string;
  let watcher: Page;
  let launcher: Page;
  let problems: string[];

  test("shows a recorded sample to a newcomer, and opens it", async () => {
    const { page, problems } = await visitor();
    await page.goto(server.printedLink);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${server.url}/`);
    const row = at(page, "experiment-row").first();
    await row.waitFor();
    expect(await row.textContent()).toMatch(/recording/i);
    await at(page, "experiment-link").first().click();
    await at(page, "experiment-result").waitFor();
    await page.locator("svg.recharts-surface").first().waitFor();
    expect(await at(page, "finding").textContent()).toMatch(/slope/i);
    expect(await at(page, "run-again").count()).toBe(1);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("says at the field what is wrong with a value, and keeps what was typed", async () => {
    ({ page: launcher, problems } = await visitor());
    await signIn(launcher);
    await launcher.goto(`${server.url}/new`);
    await at(launcher, "preset-first-steps").click();
    await at(launcher, "name").fill("Clusters, watched");
    await enterNumbers(launcher, "depths", "2, 99");
    await launcher
      .getByText(/at most 64/)
      .first()
      .waitFor();
    await at(launcher, "launch").click();
    await launcher.waitForTimeout(300);
    expect(new URL(launcher.url()).pathname).toBe("/new");
    await launcher.reload();
    await expect.poll(() => at(launcher, "name").inputValue()).toBe("Clusters, watched");
  });

  test("is launched by one visitor and watched live by another", async () => {
    await enterNumbers(launcher, "depths", "4,8,16");
    await enterNumbers(launcher, "widths", "64");
    await enterNumbers(launcher, "seeds", "0-3");
    await expect.poll(() => at(launcher, "run-count").getAttribute("data-runs")).toBe("12");
    const clickedAt = Date.now();
    await at(launcher, "launch").click();
    await launcher.waitForURL(/\/e\/[0-9a-f-]{36}/);
    experimentId = new URL(launcher.url()).pathname.split("/")[2];
    await launcher.waitForFunction(() => Number(document.querySelector('[data-testid="point-count"]')?.textContent) > 0);
    console.log(`launch clicked → first point on screen: ${Date.now() - clickedAt} ms`);

    const second = await visitor();
    watcher = second.page;
    problems = second.problems;
    await signIn(watcher);
    await watcher.goto(`${server.url}/e/${experimentId}`);
    await at(watcher, "experiment-result").waitFor();
    const pointsAtFirst = Number(await at(watcher, "point-count").textContent());
    await expect.poll(async () => Number(await at(watcher, "point-count").textContent())).toBeGreaterThan(pointsAtFirst);
  });

  test("shows both of them the values of the database at the end", async () => {
    await expect
      .poll(async () => (await server.call("experiments.get", { id: experimentId })).status, {
        timeout: 240_000,
        interval: 1000,
      })
      .toBe("finished");
    const detail = await server.call("experiments.get", { id: experimentId });
    const finished = (page: Page) => page.locator('[data-testid="run-row"][data-status="finished"]').count();
    for (const page of [launcher, watcher]) {
      await expect.poll(() => finished(page)).toBe(12);
      await expect.poll(() => differences(page, detail)).toEqual([]);
    }
    expect(await tableValues(launcher)).toEqual(await tableValues(watcher));
  });

  test("says what was found, with the slope and its standard error", async () => {
    await expect.poll(() => at(watcher, "finding").textContent()).toMatch(/slope.*±/is);
    expect(problems).toEqual([]);
  });

  test("shows a choice of the reader at once, and again after a reload", async () => {
    const metric = watcher.getByLabel("Metric", { exact: true }).first();
    await metric.waitFor();
    const chosen = await metric.evaluate((select) => (select as HTMLSelectElement).options[1].value);
    expect(await metric.inputValue()).not.toBe(chosen);
    await metric.selectOption(chosen);
    expect(await metric.inputValue()).toBe(chosen);
    expect(new URL(watcher.url()).searchParams.get("metric")).toBe(chosen);
    await watcher.reload();
    await metric.waitFor();
    expect(await metric.inputValue()).toBe(chosen);
    expect(problems).toEqual([]);
  });

  test("opens read-only by a link, and by nothing else once the link is revoked", async () => {
    await at(launcher, "share").first().click();
    await at(launcher, "create-share").click();
    const link = await at(launcher, "share-url").inputValue();
    const { page, problems } = await visitor();
    await page.goto(link);
    await at(page, "experiment-result").waitFor();
    expect(await tableValues(page)).toEqual(await tableValues(watcher));
    expect(await at(page, "share").count()).toBe(0);
    const runLink = page.locator('a[href^="/s/"][href*="/r/"]').first();
    await runLink.click();
    await at(page, "run").waitFor();
    expect(problems).toEqual([]);

    await launcher.getByRole("button", { name: "Revoke" }).first().click();
    await launcher.getByText("revoked", { exact: true }).first().waitFor();
    await page.goto(link);
    await at(page, "dead-link").waitFor();
    const dead = await page.locator("main").textContent();
    await page.goto(`${server.url}/s/${"A".repeat(43)}`);
    await at(page, "dead-link").waitFor();
    expect(await page.locator("main").textContent()).toBe(dead);
    await page.context().close();
  });
});
