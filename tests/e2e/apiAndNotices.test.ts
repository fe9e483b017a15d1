import { createHmac } from "node:crypto";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { apiRoutes } from "../../server/api/apiRoutes.ts";
import { Receiver } from "../integration/notifications/receiver.ts";
import { ended, finished, measured, numbered, started } from "../support/builders/events.ts";
import { grid, launch } from "../support/builders/studies.ts";
import { RawWorker } from "../support/client/rawWorker.ts";
import { launchBrowser } from "../support/processes/browser.ts";
import { TestServer } from "../support/processes/server.ts";

let server: TestServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let faults: string[];

beforeAll(async () => {
  server = await TestServer.start({ pages: true, env: { COLLAPSAR_WEBHOOK_NETWORKS: "127.0.0.1" } });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
});
afterEach(() => context.close());

const at = (id: string, within: Page | ReturnType<Page["locator"]> = page) => within.locator(`[data-testid="${id}"]`);

describe("The page of the API", () => {
  test("lists every route, finds one by words, and opens it with all that it takes and answers", async () => {
    await page.goto(`${server.url}/api`);
    const operations = at("operation");
    await operations.first().waitFor();
    expect(await operations.count()).toBe(apiRoutes.length);
    const shown = await operations.locator("summary").allTextContents();
    for (const { method, path, summary } of apiRoutes)
      expect(
        shown.some((text) => text.startsWith(`${method}${path}${summary}`)),
        `${method} ${path}`,
      ).toBe(true);

    await page.getByLabel("Find a route").fill("createExperiment");
    await expect.poll(() => operations.count()).toBe(1);
    await operations.locator("summary").click();
    const opened = await operations.textContent();
    for (const words of [
      "Needs a token of scope launch, edit or manage",
      "Idempotency-Key",
      "curl -sS",
      "$URL/api/v1/experiments",
      "Answer 201",
    ])
      expect(opened).toContain(words);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);

    await page.getByLabel("Find a route").fill("no such words");
    await expect.poll(() => page.locator("main").textContent()).toContain("No route matches these words.");
    await page.getByLabel("Find a route").fill("");
    await expect.poll(() => operations.count()).toBe(apiRoutes.length);
    // Every route opens, whatever its schemas are.
    for (const summary of await page.locator('[data-testid="operation"] > summary').all()) await summary.click();
    await expect.poll(() => page.getByText(/^Answer 20\d/).count()).toBe(apiRoutes.length);
    expect(faults).toEqual([]);
  });

  test("is one click away from the document it is made of", async () => {
    await page.goto(`${server.url}/api`);
    const href = await page.getByRole("link", { name: "OpenAPI 3.1 document" }).getAttribute("href");
    const answer = await page.request.get(`${server.url}${href}`);
    expect((await answer.json()).openapi).toBe("3.1.0");
  });
});

describe("“Notify me” of an experiment's menu", () => {
  const openDialog = async (id: string) => {
    await page.goto(`${server.url}/e/${id}`);
    await at("experiment-actions").first().click();
    await page.getByRole("menuitem", { name: "Notify me…" }).click();
    await at("notify-dialog").waitFor();
  };

  test("makes a webhook whose test and whose notice arrive, signed by the secret that was shown", async () => {
    const receiver = await Receiver.open();
    const worker = await RawWorker.connect(server);
    try {
      const { id, runs } = await launch(server, grid(), { name: "Told of" });
      await openDialog(id);
      const url = at("hook-url");
      await url.fill("hooks.example.org");
      await at("add-hook").click();
      await expect
        .poll(() => at("notify-dialog").textContent())
        .toContain("give an address that begins with https:// or http://");
      await url.fill(receiver.url);
      await at("notify-bound").check();
      await at("add-hook").click();
      const secret = (await at("hook-secret").textContent())!;
      expect(secret).toMatch(/^[\w-]{32}$/);
      await at("notify-dialog").getByRole("button", { name: "Test", exact: true }).click();
      await page.getByText("Test delivered").waitFor();
      // Above the window, not behind its backdrop.
      expect(await at("toasts").evaluate((element) => element.matches(":popover-open"))).toBe(true);
      const lease = await worker.nextAssignment(runs[0]!.id);
      await worker.events(lease, numbered([started(), measured(10, { "train/nc1.pinv@2": 0.001 }), finished(1000)]));
      await expect
        .poll(() => receiver.received.map(({ body }) => body.event).sort())
        .toEqual(["experiment.ended", "metric.passed", "test"]);
      for (const { headers, text } of receiver.received) {
        const [, time, mark] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers["collapsar-signature"] as string)!;
        expect(createHmac("sha256", secret).update(`${time}.${text}`).digest("hex")).toBe(mark);
      }
      await at("notify-dialog").getByRole("button", { name: "Remove", exact: true }).click();
      await expect.poll(() => at("notify-dialog").textContent()).not.toContain(receiver.url);
      expect(await server.call("notifications.list", { experimentId: id })).toEqual([]);
      expect(faults).toEqual([]);
    } finally {
      worker.close();
      await receiver.close();
    }
  });

  test("has this browser tell of a failed run and of the end, once each, and stops when asked to", async () => {
    const worker = await RawWorker.connect(server, { slots: 2 });
    try {
      // What the system would show is what the page hands to it.
      await page.addInitScript(() => {
        const shown: { title: string; body?: string }[] = [];
        Object.assign(window, { shown });
        window.Notification = class extends window.Notification {
          constructor(title: string, options?: NotificationOptions) {
            super(title, options);
            shown.push({ title, body: options?.body });
          }
        };
      });
      await context.grantPermissions(["notifications"], { origin: server.url });
      const { id, runs } = await launch(server, grid({ seeds: [0, 1] }), { name: "Watched" });
      await openDialog(id);
      await at("notify-browser").click();
      await at("notify-browser-off").waitFor();
      const shown = () => page.evaluate(() => (window as unknown as { shown: object[] }).shown);
      const [first, second] = [await worker.nextAssignment(runs[0]!.id), await worker.nextAssignment(runs[1]!.id)];
      await worker.events(first, numbered([started(), ended("DATASET_CORRUPT", "a damaged file", 5)]));
      await expect.poll(shown).toEqual([{ title: "Watched", body: "A run failed for good" }]);
      await worker.events(second, numbered([started(), finished(1000)]));
      await expect.poll(shown).toEqual([
        { title: "Watched", body: "A run failed for good" },
        { title: "Watched", body: "It has ended, 1 failed" },
      ]);
      // Asked for once: a new visit remembers it, and tells nothing that was so before.
      await openDialog(id);
      await at("notify-browser-off").click();
      await at("notify-browser").waitFor();
      expect(await shown()).toEqual([]);
      expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("collapsar.notify")))).toEqual(
        [],
      );
      expect(faults).toEqual([]);
    } finally {
      worker.close();
    }
  });
});
