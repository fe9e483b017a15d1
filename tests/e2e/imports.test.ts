import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../support/processes/browser.ts";
import { TestServer } from "../support/processes/server.ts";
import { event, record, scalar } from "../unit/server/imports/eventFiles.ts";

const folder = mkdtempSync(join(tmpdir(), "collapsar-test-"));
let server: TestServer;
let browser: Browser;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  server = await TestServer.start({ pages: true });
  browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const at = (testId: string) => page.locator(`[data-testid="${testId}"]`);
const textOf = (testId: string) => expect.poll(() => at(testId).first().textContent(), { timeout: 20_000 });
const columnRow = (name: string) => at("column").filter({ has: page.getByRole("cell", { name, exact: true }) });
const roleOf = (name: string) => columnRow(name).getByLabel(`What the column ${name} is`);

/** Lets go of a file above the page, as a hand would. */
async function drop(name: string, content: string): Promise<void> {
  const data = await page.evaluateHandle(
    ({ name, content }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], name, { type: "text/csv" }));
      return transfer;
    },
    { name, content },
  );
  await at("drop-zone").dispatchEvent("drop", { dataTransfer: data });
}
async function imported(): Promise<void> {
  await at("import-confirm").click();
  await page.waitForURL((url) => url.pathname.startsWith("/e/"));
}

test("a table of W&B is dropped, shown, imported, and its experiment's page opens", async () => {
  await page.goto(`${server.url}/import`);
  const rows = ["fine-sun-3,finished,18,0,0.25", "dry-sea-4,finished,34,0,0.125", "<b>bold</b>,finished,34,1,0.5"];
  await drop("wandb.csv", `Name,State,config_depth,config_seed,summary_nc1\n${rows.join("\n")}\n`);
  await textOf("import-counts").toBe("3 runs, 2 axes, 1 series, 3 points.");
  expect(await page.getByLabel("Read as").inputValue()).toBe("wandb");
  expect(await at("planned-run").allTextContents()).toEqual([
    expect.stringContaining("fine-sun-3"),
    expect.stringContaining("dry-sea-4"),
    expect.stringContaining("<b>bold</b>"),
  ]);
  expect(await at("import-confirm").textContent()).toBe("Import 3 runs");
  await page.getByLabel("Experiment", { exact: true }).fill("Depths from W&B");
  await page.getByLabel("Experiment", { exact: true }).press("Enter");
  await imported();
  await expect.poll(() => page.locator("h1").first().textContent()).toContain("Depths from W&B");

  await page.goto(`${server.url}/import`);
  await drop("Depths from W&B.csv", `Name,State,config_depth,config_seed,summary_nc1\n${rows.join("\n")}\n`);
  await textOf("import-counts").toContain("3 runs (all here already)");
  expect(await at("import-confirm").textContent()).toBe("Open the experiment");
});

test("a table of one's own is mapped by its columns, and the next one like it in the same way", async () => {
  const content = (from: number) => `arch,it,collapse,mark\nmlp,0,${from},1\nmlp,10,${from / 2},1\nrn1,0,${from},1\n`;
  await page.goto(`${server.url}/import`);
  await drop("mine.csv", content(1));
  await expect.poll(() => roleOf("it").inputValue(), { timeout: 20_000 }).not.toBe("step");
  await roleOf("it").selectOption("step");
  await expect.poll(() => roleOf("it").inputValue()).toBe("step");
  await roleOf("mark").selectOption("ignore");
  await roleOf("collapse").selectOption("metric");
  await expect.poll(() => roleOf("collapse").inputValue()).toBe("metric");
  const name = page.getByLabel("Name of collapse");
  await name.fill("train/nc1.ratio");
  await name.press("Enter");
  await textOf("import-errors").toContain("“train/nc1.ratio” is a measure of a layer: say of which one");
  expect(await at("import-confirm").isDisabled()).toBe(true);
  await name.fill("train/nc1.ratio@2");
  await name.press("Enter");
  await textOf("import-counts").toBe("2 runs, 1 axis, 1 series, 3 points.");
  await textOf("planned-series").toContain("train/nc1.ratio@2");
  await imported();

  await page.goto(`${server.url}/import`);
  await drop("later.csv", content(3));
  await textOf("columns-recalled").toContain("as you chose the last time");
  await textOf("planned-series").toContain("train/nc1.ratio@2");
  expect(await roleOf("it").inputValue()).toBe("step");
  await at("columns-recalled").getByRole("button", { name: "Forget that" }).click();
  await expect.poll(() => roleOf("it").inputValue()).not.toBe("step");
});

test("a folder of TensorBoard is sent without what else lies in it; what is damaged is said by file and place", async () => {
  const logs = join(folder, "logs");
  const file = (loss: number) => Buffer.concat([record(event({ step: 1, values: [scalar("loss", loss)] }))]);
  for (const seed of [0, 1]) {
    mkdirSync(join(logs, `depth=2,seed=${seed}`), { recursive: true });
    writeFileSync(join(logs, `depth=2,seed=${seed}`, "events.out.tfevents.1700000000.host"), file(seed + 1));
    writeFileSync(join(logs, `depth=2,seed=${seed}`, "model.pt"), "weights");
  }
  await page.goto(`${server.url}/import`);
  await page.locator('input[aria-label="Folder"]').setInputFiles(logs);
  await textOf("import-plan").toContain("2 other files of the folder left out");
  await textOf("import-counts").toBe("2 runs, 2 axes, 1 series, 2 points.");
  await imported();

  const damaged = join(folder, "events.out.tfevents.1700000001.host");
  writeFileSync(
    damaged,
    Uint8Array.from(file(1), (byte, place) => (place === 20 ? byte ^ 1 : byte)),
  );
  await page.goto(`${server.url}/import`);
  await page.locator('input[aria-label="Files"]').setInputFiles(damaged);
  await textOf("import-problem").toMatch(/events\.out\.tfevents\.1700000001\.host, byte 0: the data of a record/);
  expect(await at("drop-zone").isVisible()).toBe(true);
  expect(faults).toEqual([]);
});

test("the palette leads to the page", async () => {
  await page.goto(`${server.url}/`);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /command/ }).fill("tensorboard");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === "/import");
});
