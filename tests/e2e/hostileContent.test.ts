import type { Browser, BrowserContext, BrowserContextOptions, Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { layersOf } from "../../contract/config/networkForm.ts";
import { layerMetrics, networkMetrics } from "../../contract/metrics/metricInfo.ts";
import { seriesKey } from "../../contract/metrics/seriesKey.ts";
import type { GeometrySnapshot, StartedEvent } from "../../contract/wire/runEvents.ts";
import type { ExperimentDetail } from "../../contract/wire/views.ts";
import { finished, measured, numbered, snapshot, started } from "../support/builders/events.ts";
import { grid, launch } from "../support/builders/studies.ts";
import { makeToken, RawWorker } from "../support/client/rawWorker.ts";
import { launchBrowser } from "../support/processes/browser.ts";
import { TestServer } from "../support/processes/server.ts";

let server: TestServer;
let browser: Browser;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  server = await TestServer.start({ pages: true });
  browser = await launchBrowser();
});
afterEach(async () => {
  for (const context of contexts.splice(0)) {
    for (const page of context.pages()) await page.unrouteAll({ behavior: "ignoreErrors" });
    await context.close();
  }
  // What waits would be given to the worker of the next test.
  const { rows } = await server.call("experiments.list", {});
  for (const { id } of rows) await server.call("experiments.cancel", { id });
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const wide = { viewport: { width: 1440, height: 900 }, colorScheme: "light" } as const;
const phone = { viewport: { width: 390, height: 844 }, colorScheme: "dark" } as const;
const at = (page: Page, id: string) => page.locator(`[data-testid="${id}"]`);

/** A page and the faults it reports. */
async function open(options: BrowserContextOptions = wide): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext(options);
  contexts.push(context);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  return { page, faults };
}

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** What sticks out of the window and out of every box that scrolls or cuts it. */
const outside = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("main *, dialog[open] *, [data-testid=toasts] *")]
      .filter((element) => {
        const box = element.getBoundingClientRect();
        if (box.width === 0 || box.right <= innerWidth + 1 || element.closest("svg")) return false;
        for (let up = element.parentElement; up; up = up.parentElement) {
          const { overflowX } = getComputedStyle(up);
          if (overflowX !== "visible" && up.getBoundingClientRect().right <= innerWidth + 1) return false;
        }
        return true;
      })
      .map((element) =>
        `${element.tagName} ${element.className} ${Math.round(element.getBoundingClientRect().right)}`.slice(0, 140),
      ),
  );

/** Attributes of pictures that are no numbers. */
const badAttributes = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("svg, svg *")].flatMap((element) =>
      [...element.attributes]
        .filter(({ name, value }) => !/^(aria-|data-|class|id)/.test(name) && /NaN|Infinity|undefined/.test(value))
        .map(({ name, value }) => `${element.tagName} ${name}="${value.slice(0, 80)}"`),
    ),
  );

/** Panels that show neither a line nor a word of why. */
const wordless = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("[data-panel]")]
      .filter((panel) => {
        const lines = [...panel.querySelectorAll("path[data-line]")].filter((path) => /L/.test(path.getAttribute("d") ?? ""));
        const markers = panel.querySelectorAll('svg path[transform^="translate"]').length;
        return (
          lines.length === 0 &&
          markers === 0 &&
          !/gap|missing|no point|has a value|has no|No run has|Nothing|Not measured|left out|place|beyond/i.test(
            panel.textContent ?? "",
          )
        );
      })
      .map((panel) => panel.getAttribute("data-panel")),
  );

/** Draws all that is further down. */
async function scrollThrough(page: Page): Promise<void> {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  for (let y = 0; y < height; y += 600) {
    await page.evaluate((to) => window.scrollTo(0, to), y);
    await page.waitForTimeout(60);
  }
}

const hostile = [0, -0, 5e-324, 1e-320, 1e-13, 0.5, -0.5, 1e15, 1e300, 1e308, Number.MAX_VALUE, -Number.MAX_VALUE];

describe("A recorded run with numbers that hardly fit into a float64", () => {
  test("F10: leaves no NaN in any picture, no empty chart without a word, and no fault on any page", async () => {
    const { id, runs } = await launch(server, grid({ depths: [2, 3], seeds: [0, 1] }));
    const worker = await RawWorker.connect(server, { slots: 4 });
    for (const [which, run] of runs.entries()) {
      const lease = await worker.nextAssignment(run.id);
      const first = started(0, 20) as StartedEvent;
      const optimum = { ...first.optimum, loss: [1e308, 5e-324, -1e308, 0.02][which] };
      const keys = [
        ...networkMetrics.flatMap((metric) => [seriesKey("train", metric), seriesKey("test", metric)]),
        ...layerMetrics.flatMap((metric) =>
          Array.from({ length: layersOf(run.config) }, (_, layer) => seriesKey("train", metric, layer + 1)),
        ),
      ];
      const points = hostile.map((_, step) =>
        measured(step, Object.fromEntries(keys.map((key, k) => [key, hostile[(step + k + which) % hostile.length]]))),
      );
      const size = [Number.MAX_VALUE, 5e-324, 1e-320, 1][which];
      const picture = (step: number): GeometrySnapshot => ({
        ...(snapshot(step) as { snapshot: GeometrySnapshot }).snapshot,
        means: [size, 0, 0, -size, 0, 0],
        ideal: [0, size, 0, 0, -size, 0],
        samples: [Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324],
        explained: 1e308,
        meansGram: [1, 1e308, -1e308, 1],
        headGram: [5e-324, -0, 0, 1],
      });
      const events = [{ ...first, optimum }, ...points, { kind: "geometry", snapshot: picture(3) } as const, finished(20)];
      expect(await worker.events(lease, numbered(events))).toMatchObject({ ok: true });
    }
    worker.close();
    for (const options of [wide, phone]) {
      const { page, faults } = await open(options);
      for (const path of [
        `/e/${id}`,
        `/e/${id}?log=0&x=time&smooth=0.9&speed=1&split=test`,
        `/e/${id}?metric=gap.total`,
        `/r/${runs[0].id}?logx=0`,
        `/r/${runs[1].id}?x=time&smooth=0.9&layers=all`,
        "/",
      ]) {
        await page.goto(`${server.url}${path}`);
        await page.locator('[data-testid="run-row"], [data-testid="run"], [data-testid="experiment-row"]').first().waitFor();
        await scrollThrough(page);
        await expect.poll(() => page.locator("svg").count()).toBeGreaterThan(0);
        expect(await badAttributes(page), path).toEqual([]);
        // What is scrolled away keeps its last picture, which may be of before the points were read.
        const left = async () => {
          await scrollThrough(page);
          return wordless(page);
        };
        await expect.poll(left, { message: path, timeout: 60_000 }).toEqual([]);
        expect(await at(page, "broken-panel").count(), path).toBe(0);
        expect(await overflow(page), path).toBeLessThanOrEqual(0);
        expect(await page.locator("main").innerText(), path).not.toMatch(/\bNaN\b|Infinity|undefined/);
      }
      expect(faults).toEqual([]);
    }
  });
});

describe("Answers that a page does not know", () => {
  /** Changes what one procedure answers, as a newer or a damaged server might. */
  const alter = (page: Page, procedure: string, change: (data: never) => void) =>
    page.route(/\/trpc\//, async (route: Route) => {
      const called = new URL(route.request().url()).pathname.replace("/trpc/", "").split(",");
      if (!called.includes(procedure)) return route.continue();
      const response = await route.fetch();
      const answers = await response.json();
      const answer = answers[called.indexOf(procedure)];
      if (answer.result) change(answer.result.data as never);
      await route.fulfill({ response, json: answers });
    });

  test("one bad run is named, and the others are drawn", async () => {
    const { rows } = await server.call("experiments.list", { archived: false, sort: "created" });
    const sample = rows.at(-1)!.id;
    const { runs } = await server.call("experiments.get", { id: sample });
    const { page } = await open();
    await alter(page, "experiments.get", (detail: ExperimentDetail) => {
      (detail.runs[0].config as { architecture: string }).architecture = "rn9";
      (detail.runs[1] as { last: unknown }).last = { "train/loss": null };
    });
    await page.goto(`${server.url}/e/${sample}`);
    await at(page, "unshown-runs").waitFor();
    expect(await at(page, "unshown-runs").textContent()).toContain("2 runs (numbers 1, 2) are not shown");
    expect(await at(page, "run-row").count()).toBe(runs.length - 2);
    await page.locator('[data-panel="study"] path[data-line]').first().waitFor({ state: "attached" });
    expect(await at(page, "broken-panel").count()).toBe(0);
  });

  test("a panel that breaks says so in plain words and offers a retry; the rest of the study's page still works", async () => {
    const { id } = await launch(server);
    for (const options of [wide, phone]) {
      const { page } = await open(options);
      await alter(page, "experiments.get", (detail: ExperimentDetail) => {
        (detail as { note: unknown }).note = 7;
      });
      await page.goto(`${server.url}/e/${id}`);
      await at(page, "broken-panel").waitFor();
      expect(await at(page, "broken-panel").innerText()).toMatch(/^The note could not be shown: .*no measurements are lost/s);
      for (const part of ["run-row", "config", "geometry"]) await at(page, part).first().waitFor();
      await at(page, "broken-panel").getByRole("button", { name: "Try again" }).click();
      await at(page, "broken-panel").waitFor();
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    }
  });

  test("on the page of a run, and in a line of the list", async () => {
    const { id, runs } = await launch(server);
    const { page } = await open();
    await alter(page, "runs.get", (detail: { attempts: unknown[] }) => {
      detail.attempts = [null];
    });
    await page.goto(`${server.url}/r/${runs[0].id}`);
    await at(page, "broken-panel").getByText("The list of attempts could not be shown").waitFor();
    for (const part of ["run", "log", "run-export"]) await at(page, part).first().waitFor();
    // An answer that is still on its way is waited for: without its route, the page would have answered it already.
    await page.unrouteAll({ behavior: "wait" });
    await alter(page, "experiments.list", (list: { rows: { id: string; tags: unknown }[] }) => {
      for (const row of list.rows) if (row.id === id) row.tags = null;
    });
    await page.goto(server.url);
    await at(page, "broken-panel").getByText("could not be shown").waitFor();
    expect(await at(page, "experiment-row").count()).toBeGreaterThan(1);
  });
});

describe("Names of 120 letters without a blank", () => {
  test("break no page at the width of a phone, in no dialog, list, table, legend or picture", async () => {
    const name = "W".repeat(120);
    const tags = Array.from({ length: 12 }, (_, index) => `${"t".repeat(38)}${index}`);
    const { id, runs } = await launch(server, grid({ seeds: [0, 1] }), { name, tags });
    await server.call("workers.createToken", { name: "k".repeat(80) });
    const worker = new RawWorker(server.url, await makeToken(server));
    await worker.connected();
    const long = "x".repeat(80);
    const machine = { host: "h".repeat(200), platform: long, cpu: "c".repeat(200), cores: 2, memoryBytes: 8e9 };
    await worker.hello({ name: long, devices: ["d".repeat(200)], machine, slots: 2 });
    const lease = await worker.nextAssignment(runs[0].id);
    const first = started() as StartedEvent;
    const dataset = {
      ...first.dataset,
      source: "s".repeat(500),
      classNames: Array.from({ length: 4 }, (_, k) => `${"n".repeat(79)}${k}`),
    };
    const four = { ...(snapshot(1) as { snapshot: GeometrySnapshot }).snapshot, classes: 4 };
    const square = Array.from({ length: 16 }, (_, index) => (index % 5 === 0 ? 1 : -1 / 3));
    const picture = { ...four, means: Array(12).fill(0.5), ideal: Array(12).fill(0.4), meansGram: square, headGram: square };
    await worker.events(
      lease,
      numbered([{ ...first, dataset }, measured(0), measured(1), { kind: "geometry", snapshot: picture }]),
    );
    const { url } = await server.call("shares.create", { experimentId: id, hideNames: false });
    const { page, faults } = await open(phone);
    const fits = async (where: string) => {
      await page.waitForTimeout(300);
      expect(await outside(page), where).toEqual([]);
      expect(await overflow(page), where).toBeLessThanOrEqual(0);
    };
    for (const path of ["/", `/e/${id}`, `/r/${runs[0].id}`, "/workers", `/new?from=${id}`, new URL(url).pathname]) {
      await page.goto(`${server.url}${path}`);
      await page
        .locator(
          '[data-testid="run-row"], [data-testid="run"], [data-testid="experiment-row"], [data-testid="worker"], [data-testid="launch"]',
        )
        .first()
        .waitFor();
      await scrollThrough(page);
      await fits(path);
    }
    await page.goto(`${server.url}/e/${id}`);
    await at(page, "run-row").first().waitFor();
    for (const item of ["Share", "Add depth", "Delete…"]) {
      await at(page, "experiment-actions").click();
      await page.getByRole("menuitem", { name: item }).click();
      await page.locator("dialog[open]").waitFor();
      await fits(`dialog ${item}`);
      if (item !== "Delete…") await page.keyboard.press("Escape");
    }
    await page.locator("dialog[open]").getByRole("button", { name: "Delete" }).click();
    await at(page, "toasts").getByText("deleted").waitFor();
    await fits("the message of the deletion");
    await at(page, "toasts").getByRole("button", { name: "Undo" }).click();
    await at(page, "run-row").first().waitFor();
    await page.getByRole("button", { name, exact: true }).click();
    await fits("while it is renamed");
    worker.close();
    expect(faults).toEqual([]);
  });

  test("names without visible characters are refused wherever people enter one", async () => {
    const { id } = await launch(server);
    const unseen = "\u200b\u2060\u3164";
    await expect(server.call("experiments.update", { id, name: unseen })).rejects.toMatchObject({ code: "INVALID" });
    await expect(server.call("experiments.update", { id, tags: [unseen] })).rejects.toMatchObject({ code: "INVALID" });
    await expect(server.call("workers.createToken", { name: unseen })).rejects.toMatchObject({ code: "INVALID" });
    const { page } = await open();
    await page.goto(`${server.url}/new`);
    await at(page, "name").fill(unseen);
    await page.getByText("A name needs visible letters, digits or symbols").first().waitFor();
  });
});

describe("A note", () => {
  test("that no parser gets through is shown as plain text, and its page still works", async () => {
    const { id } = await launch(server);
    for (const note of [
      ">".repeat(20_000),
      "[".repeat(10_000),
      `${"- ".repeat(9_000)}a`,
      `$${"{".repeat(400)}x${"}".repeat(400)}$`,
    ]) {
      await server.call("experiments.update", { id, note });
      const { page } = await open();
      await page.goto(`${server.url}/e/${id}`);
      await at(page, "run-row").first().waitFor();
      await page.locator('[data-testid="plain-note"], [data-testid="formula-text"], .katex').first().waitFor();
      expect(await at(page, "broken-panel").count()).toBe(0);
      await page.context().close();
    }
  });

  test("with wide formulas, tables and words scrolls within its panel on a phone", async () => {
    const { id } = await launch(server);
    const note = [
      `$$${"a_{ij} + ".repeat(80)}b$$`,
      `Inline $${"\\alpha\\beta\\gamma".repeat(20)}$ goes on.`,
      "$\\raisebox{1000em}{away}$ $\\rule{1000em}{2em}$",
      `| ${"column | ".repeat(20)}\n|${" - |".repeat(20)}\n| ${"value | ".repeat(20)}`,
      "w".repeat(500),
    ].join("\n\n");
    await server.call("experiments.update", { id, note });
    const { page } = await open(phone);
    await page.goto(`${server.url}/e/${id}`);
    await page.locator(".katex").first().waitFor();
    await scrollThrough(page);
    expect(await outside(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });
});

describe("Numbers as people type them", () => {
  const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
  const openTraining = async (page: Page) => {
    await page.goto(`${server.url}/new`);
    await at(page, "preset-first-steps").click();
    const steps = at(page, "steps");
    if (!(await steps.isVisible())) await page.getByText("Training", { exact: true }).first().click();
    await steps.waitFor();
  };

  test("in English: 10,000 is ten thousand, 0,1 is asked for again, and nothing is launched in the meantime", async () => {
    const { page } = await open({ ...wide, locale: "en-US" });
    await openTraining(page);
    await field(page, "Learning rate").fill("0,1");
    await page.getByText("“0,1” is not clear: write 0.1, with a decimal point.").waitFor();
    await at(page, "steps").fill("10,000");
    await at(page, "launch").click();
    await page.waitForTimeout(300);
    expect(new URL(page.url()).pathname).toBe("/new");
    await field(page, "Learning rate").fill("1e-3");
    const seeds = at(page, "seeds").locator("input").first();
    await seeds.focus();
    for (let left = await at(page, "seeds").locator("button").count(); left > 0; left--) await seeds.press("Backspace");
    await seeds.fill("1 000");
    await seeds.press("Enter");
    await at(page, "launch").click();
    await page.waitForURL(/\/e\/[0-9a-f-]{36}/);
    const id = new URL(page.url()).pathname.split("/")[2];
    const { config } = await server.call("experiments.get", { id });
    expect(config.training).toMatchObject({ steps: 10_000, learningRate: 0.001 });
    expect(config.seeds).toEqual([1_000]);
  });

  test("in German: 0,005 is five thousandths, and 10.000 is asked for again", async () => {
    const { page } = await open({ ...wide, locale: "de-DE" });
    await openTraining(page);
    await at(page, "steps").fill("10.000");
    await page.getByText("“10.000” is not clear: write 10000 or 10.0: it could be either.").waitFor();
    await at(page, "steps").fill("10000");
    await field(page, "Learning rate").fill("0,005");
    for (const strange of ["½", "1_000", "5 %"]) {
      await field(page, "Warm-up steps").fill(strange);
      await page.getByText(`“${strange}” is not clear`).waitFor();
    }
    await field(page, "Warm-up steps").fill("٣");
    await at(page, "widths").locator("input").first().fill("10,000");
    await at(page, "widths").locator("input").first().press("Enter");
    await page.getByText("“10,000” is not clear").waitFor();
    await at(page, "launch").click();
    await page.waitForTimeout(300);
    expect(new URL(page.url()).pathname).toBe("/new");
    await at(page, "widths").locator("input").first().press("Escape");
    await at(page, "launch").click();
    await page.waitForURL(/\/e\/[0-9a-f-]{36}/);
    const id = new URL(page.url()).pathname.split("/")[2];
    const { config } = await server.call("experiments.get", { id });
    expect(config.training).toMatchObject({ steps: 10_000, learningRate: 0.005, warmupSteps: 3 });
  });
});
