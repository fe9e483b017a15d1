import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContext, Download, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/openDatabase.ts";
import { importRecording } from "../../server/recordings/importRecordings.ts";
import { readRecording } from "../../server/recordings/recordingFile.ts";
import { launchBrowser } from "../support/processes/browser.ts";
import { findPython } from "../support/processes/findPython.ts";
import { copyFreshDatabase } from "../support/processes/freshDatabase.ts";
import { projectRoot, TestServer } from "../support/processes/server.ts";

const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
const folder = mkdtempSync(join(tmpdir(), "collapsar-figures-"));
const studies = { "after-training": "", imbalance: "" };
type Study = keyof typeof studies;
let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  await copyFreshDatabase(dataDir);
  const database = await openDatabase({ dataDir, url: null }, (error) => {
    throw error;
  });
  for (const name of Object.keys(studies) as Study[]) {
    const recording = readRecording(join(projectRoot, `server/recordings/kept/${name}.json.gz`));
    studies[name] = await database.transaction((tx) => importRecording(tx, recording));
  }
  await database.close();
  server = await TestServer.start({ dataDir, pages: true });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  for (const path of [dataDir, folder]) rmSync(path, { recursive: true, force: true });
});

/** A study's page with the convergence speed open, and what went wrong in it. */
async function open(study: Study, colorScheme: "light" | "dark" = "light") {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  await page.goto(`${server.url}/e/${studies[study]}?speed=1`);
  return { context, page, faults };
}

/** Panels are drawn when they come into view: scrolls until this one's menu is there. */
async function menuOf(page: Page, panel: string) {
  const menu = page.locator(`[role="menu"][aria-label="${panel}: export and options"]`);
  await expect
    .poll(async () => {
      if ((await menu.count()) === 0) await page.mouse.wheel(0, (await atEnd(page)) ? -100_000 : 600);
      return menu.count();
    })
    .toBe(1);
  return menu;
}

const atEnd = (page: Page) =>
  page.evaluate(() => window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 2);

/** Chooses a format in a panel's menu. */
async function chosen(page: Page, panel: string, item: string): Promise<Download> {
  const menu = await menuOf(page, panel);
  const id = await menu.getAttribute("id");
  await page.locator(`button[popovertarget="${id}"]`).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    menu.getByRole("menuitem", { name: item, exact: true }).click(),
  ]);
  return download;
}

async function saved(page: Page, panel: string, item: string): Promise<{ name: string; path: string; text: string }> {
  const download = await chosen(page, panel, item);
  const name = download.suggestedFilename();
  const path = join(folder, `${item.replace(/\W+/g, "-")} ${name}`);
  await download.saveAs(path);
  return { name, path, text: readFileSync(path, "utf8") };
}

const withoutHead = (csv: string) =>
  csv
    .trimEnd()
    .split("\r\n")
    .filter((line) => !line.startsWith("#"));

describe("each format of a depth curve", () => {
  const panel = "NC1 over depth";
  const name = "are-collapsed-networks-robust-and-do-they-transfer_nc1-over-depth";
  let context: BrowserContext;
  let page: Page;
  let faults: string[];
  let digest: string;
  beforeAll(async () => {
    ({ context, page, faults } = await open("after-training", "dark"));
    ({ configDigest: digest } = await server.call("experiments.get", { id: studies["after-training"] }));
  });
  afterAll(async () => {
    expect(faults).toEqual([]);
    await context.close();
  });

  test("PNG is twice as fine as the SVG, has a picture on it and its facts in its head", async () => {
    const svg = await saved(page, panel, "SVG");
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg.text)!;
    for (const item of ["PNG", "PNG, transparent"]) {
      const png = await saved(page, panel, item);
      expect(png.name).toBe(`${name}.png`);
      const picture = sharp(png.path);
      expect(await picture.metadata()).toMatchObject({ width: 2 * Number(width), height: 2 * Number(height), format: "png" });
      expect(png.text).toContain(`iTXtconfig\0\0\0\0\0sha256 ${digest}`);
      const { channels, dominant, entropy } = await picture.stats();
      expect(entropy).toBeGreaterThan(0.3);
      // A white ground covers all; a clear one lets what is behind it through.
      if (item === "PNG") expect([dominant, channels[3]?.min ?? 255]).toEqual([{ r: 248, g: 248, b: 248 }, 255]);
      else expect([channels[3]!.min, channels[3]!.max]).toEqual([0, 255]);
    }
  });

  test("SVG opens by itself, asks nothing of any network and has the ink of the ground it is for", async () => {
    for (const [item, ink] of [
      ["SVG", "#17181c"],
      ["SVG, transparent", "#ecedf0"],
    ] as const) {
      const svg = await saved(page, panel, item);
      expect(svg.name).toBe(`${name}.svg`);
      expect(svg.text).toContain(`font-weight="600" fill="${ink}"`);
      expect(svg.text).toContain(`config: sha256 ${digest}`);
      const alone = await browser.newContext({ offline: true });
      const opened = await alone.newPage();
      const asked: string[] = [];
      opened.on("request", (request) => !request.url().startsWith("file:") && asked.push(request.url()));
      await opened.goto(pathToFileURL(svg.path).href);
      expect(await opened.locator("text", { hasText: "depth L" }).count()).toBe(1);
      expect(await opened.locator("svg path").count()).toBeGreaterThan(10);
      expect(asked).toEqual([]);
      await alone.close();
    }
  });

  test("CSV and JSON have every run's number and the head", async () => {
    const { runs } = await server.call("experiments.get", { id: studies["after-training"] });
    const csv = await saved(page, panel, "CSV (all points)");
    expect(csv.name).toBe(`${name}.csv`);
    for (const line of [
      `# config: sha256 ${digest}`,
      "# seeds: 0 1 2",
      "# metric train/nc1.ratio: NC1 = tr Σ_W / tr Σ_B; ideal 0;",
    ])
      expect(csv.text).toContain(line);
    const single = withoutHead(csv.text).filter((line) => line.includes(": single runs"));
    expect(single).toHaveLength(15);
    for (const { config, last } of runs) {
      const value = last[`train/nc1.ratio@${config.depth}`];
      expect(single.some((line) => line.endsWith(`,${config.depth},${value},,,seed ${config.seed}`))).toBe(true);
    }
    const json = await saved(page, panel, "JSON (all points)");
    const read = JSON.parse(json.text);
    expect(read).toMatchObject({ format: "collapsar-figure", version: 1, panel: "study" });
    expect(read.about).toMatchObject({ config: `sha256 ${digest}`, seeds: "0 1 2" });
    expect(read.about.program).toMatch(/^Collapsar \d/);
    const main = read.series.find((one: { runs?: number[][] }) => one.runs);
    expect(main.x).toEqual([2, 3, 5, 8, 13]);
    expect(main.runs.flat().sort()).toEqual(runs.map(({ config, last }) => last[`train/nc1.ratio@${config.depth}`]!).sort());
  });

  test("the LaTeX table says the means, N and slope that the page shows", async () => {
    const table = await saved(page, panel, "LaTeX (table of means)");
    expect(table.name).toBe(`${name}.table.tex`);
    const rows = table.text.split("\n").filter((line) => line.endsWith("\\\\"));
    expect(rows.slice(1, 6)).toEqual([
      "NC1 & 2 & 3 & $0.2205\\pm 0.0029$ & $0.221$ \\\\",
      "NC1 & 3 & 3 & $0.231\\pm 0.036$ & $0.229$ \\\\",
      "NC1 & 5 & 3 & $0.1990\\pm 0.0093$ & $0.199$ \\\\",
      "NC1 & 8 & 3 & $0.1851\\pm 0.0035$ & $0.185$ \\\\",
      "NC1 & 13 & 3 & $0.1584\\pm 0.0020$ & $0.158$ \\\\",
    ]);
    const shown = page.locator('[data-testid="slopes"] tbody td');
    expect((await shown.allTextContents()).slice(1, 3)).toEqual(["−0.187 ± 0.037", "−0.304…−0.071"]);
    expect(rows.at(-1)).toBe("NC1 & 2--13 & 15 & $-0.187\\pm 0.037$ & $-0.304\\ldots -0.071$ \\\\");
  });

  test("pgfplots and matplotlib have the same points", async () => {
    const tex = await saved(page, panel, "LaTeX (pgfplots)");
    expect(tex.name).toBe(`${name}.tex`);
    expect(tex.text).toContain("\\begin{tikzpicture}");
    expect(tex.text).toContain("xmode=log");
    const python = await saved(page, panel, "Python (matplotlib)");
    expect(python.name).toBe(`${name}.py`);
    const { series } = JSON.parse((await saved(page, panel, "JSON (all points)")).text);
    const { y } = series.find((one: { runs?: number[][] }) => one.runs);
    expect(python.text).toContain(`y = [${y.join(", ")}]`);
    for (const value of y) expect(tex.text).toContain(` ${value}\n`);
  });
});

const pages = new Map<Study, Awaited<ReturnType<typeof open>>>();
async function pageOf(study: Study): Promise<Page> {
  const known = pages.get(study) ?? (await open(study));
  pages.set(study, known);
  return known.page;
}
afterAll(async () => {
  for (const { context, faults } of pages.values()) {
    expect(faults).toEqual([]);
    await context.close();
  }
});

const matplotlib = findPython("matplotlib");

/** Panels of other kinds, what stands in the heads of their files, and the first row of their LaTeX tables. */
const others: { study: Study; panel: string; head: string[]; row: string }[] = [
  {
    ...{ study: "imbalance", panel: "NC1 over the layers", head: ["metric train/nc1.ratio"] },
    row: "balanced & 0.2 & 3 & $0.399\\pm 0.077$ & $0.394$ \\\\",
  },
  {
    ...{ study: "imbalance", panel: "Share of runs that have not reached NC1 ≤ 0.1" },
    ...{ head: ["metric train/nc1.ratio", "goal", "metric share not there yet"] },
    row: "balanced & not reached & $0 / 3$ & $0.304\\pm 0.016$ \\\\",
  },
  {
    ...{ study: "imbalance", panel: "Share of runs that have not reached a gap ≤ 0.5 L*" },
    ...{ head: ["metric train/gap.total", "goal", "metric share not there yet"] },
    row: "balanced & not reached & $0 / 3$ & $101.8\\pm 4.9\\,\\%$ \\\\",
  },
  {
    ...{ study: "imbalance", panel: "Imbalance and the geometry" },
    ...{ head: ["metric cosine of class means", "metric cosine of classifier rows", "metric mean cosine"] },
    row: "0 & $1.00\\pm 0.00$ & $-0.015\\pm 0.029$ & $-0.049\\pm 0.037$ & $-0.052\\pm 0.023$ & $-0.332\\pm 0.029$ & $-0.156\\pm 0.017$ & $0.091\\pm 0.014$ & $-0.235\\pm 0.011$ & $-0.149\\pm 0.033$ & $-0.110\\pm 0.017$ \\\\",
  },
  {
    ...{ study: "imbalance", panel: "Minority collapse", head: ["metric cosine of class means", "metric mean cosine"] },
    row: "classifier rows, smaller half & 1 & 3 & $-0.1233\\pm 0.0045$ \\\\",
  },
  {
    study: "imbalance",
    panel: "Geometry",
    head: ["metric coordinates", "nearest regular simplex"],
    row: "0 & $3.45$ & $0.347$ & $4.98$ \\\\",
  },
  {
    ...{ study: "imbalance", panel: "Gram matrices" },
    ...{
      head: ["metric cosine of class means", "metric cosine of classifier rows"],
      row: "0 & $1.00$ & $0.0106$ & $-0.0857$ & $-0.0636$ & $-0.314$ & $-0.148$ & $0.0796$ & $-0.229$ & $-0.139$ & $-0.124$ \\\\",
    },
  },
  { study: "imbalance", panel: "Loss J", head: ["metric train/loss"], row: "balanced & last & 1 & $0.0448$ & $0.0448$ \\\\" },
  {
    ...{ study: "after-training", panel: "Accuracy under PGD, ℓ∞", head: ["metric accuracy under attack", "attacked samples"] },
    row: "L = 2 & 0 & 3 & $0.7820\\pm 0.0020$ \\\\",
  },
  {
    ...{ study: "after-training", panel: "Robust accuracy against NC1" },
    ...{
      head: ["metric train/nc1.ratio", "metric accuracy under attack", "ε", "correlation"],
      row: "L = 2 & $3$ & $0.2205\\pm 0.0029$ & $0.508\\pm 0.011$ \\\\",
    },
  },
  {
    ...{
      study: "after-training",
      panel: "Transfer accuracy over the layers",
      head: ["metric transfer accuracy"],
      row: "L = 2 & 0.5 & 3 & $0.7027\\pm 0.0095$ \\\\",
    },
  },
  {
    ...{ study: "after-training", panel: "Transfer accuracy against NC1" },
    ...{
      head: ["metric train/nc1.ratio", "metric transfer accuracy", "correlation"],
      row: "L = 2 & $3$ & $0.2205\\pm 0.0029$ & $0.6920\\pm 0.0060$ \\\\",
    },
  },
];

describe.each(others)("$panel ($study)", ({ study, panel, head, row }) => {
  test("has its definitions in the head of its files, and its numbers in all of them", async () => {
    const page = await pageOf(study);
    const json = await saved(page, panel, "JSON (all points)");
    const { about } = JSON.parse(json.text);
    const csv = await saved(page, panel, "CSV (all points)");
    expect(withoutHead(csv.text).length).toBeGreaterThan(1);
    const table = await saved(page, panel, "LaTeX (table of means)");
    for (const name of head) {
      expect(Object.keys(about)).toContain(name);
      expect(csv.text).toContain(`# ${name}: `);
      expect(table.text).toContain(`% ${name}: `);
    }
    expect(table.text.split("\n").filter((line) => line.endsWith("\\\\"))[1]).toBe(row);
    const png = await saved(page, panel, "PNG");
    expect((await sharp(png.path).stats()).entropy).toBeGreaterThan(0.1);
  });

  test.skipIf(matplotlib === null)(
    `is drawn again by matplotlib (${matplotlib ?? "no python3 with matplotlib is here: not tried"})`,
    async () => {
      const script = await saved(await pageOf(study), panel, "Python (matplotlib)");
      const out = `${script.path}.png`;
      const { status, stderr } = spawnSync(matplotlib as string, ["-W", "error", script.path, out], { encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect((await sharp(out).stats()).entropy).toBeGreaterThan(0.1);
    },
  );
});
