import { spawn } from "node:child_process";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countGrid } from "../../contract/config/experimentConfig.ts";
import { presets } from "../../contract/presets/presets.ts";
import { launchBrowser } from "../support/processes/browser.ts";
import { collapsar, documents } from "../support/processes/commandLine.ts";
import { projectRoot, TestServer } from "../support/processes/server.ts";

const preset = presets.find(({ id }) => id === "first-light")!;

let server: TestServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  server = await TestServer.start({ pages: true });
  browser = await launchBrowser();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
  page = await context.newPage();
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
const configOf = async (id: string) => (await server.call("experiments.get", { id })).config;

let id: string;

test("the form's study, copied as YAML, launches the grid that the form shows", async () => {
  await page.goto(`${server.url}/new?preset=first-light`);
  const runs = Number(await page.getByTestId("run-count").getAttribute("data-runs"));
  expect(runs).toBe(countGrid(preset.config));
  await page.getByTestId("copy-yaml").click();
  await page.getByText("Copied as YAML", { exact: true }).waitFor();
  const yaml = await clipboard();
  expect(yaml).toMatch(/^name: First light\nconfig:\n/);
  const { code, out, err } = await collapsar(["launch", "-", "--json", "--server", server.url], { input: yaml });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const [launched] = documents(out) as [{ id: string; runs: number }];
  expect(launched.runs).toBe(runs);
  id = launched.id;
  expect(await configOf(id)).toEqual(preset.config);
}, 300_000);

test("a result page's command, run by a shell, launches its study again", async () => {
  await page.goto(`${server.url}/e/${id}`);
  await page.getByTestId("experiment-export").click();
  await page.getByRole("menuitem", { name: "Copy as command", exact: true }).click();
  await page.getByText("Copied as command", { exact: true }).waitFor();
  const command = await clipboard();
  expect(command.split("\n")[0]).toBe(`npx collapsar launch - --server '${server.url}' <<'YAML'`);
  const said = await new Promise<string>((resolve, reject) => {
    const shell = spawn("sh", ["-c", command], { cwd: projectRoot, stdio: ["ignore", "pipe", "pipe"] });
    let [text, wrong] = ["", ""];
    shell.stdout.on("data", (piece) => {
      text += piece;
    });
    shell.stderr.on("data", (piece) => {
      wrong += piece;
    });
    shell.once("close", (code) => (code === 0 ? resolve(text) : reject(new Error(`code ${code}: ${wrong}`))));
  });
  const again = /\/e\/([\da-f-]{36})/.exec(said)![1]!;
  expect(again).not.toBe(id);
  expect(await configOf(again)).toEqual(preset.config);
}, 300_000);

test("what cannot be launched cannot be copied", async () => {
  await page.goto(`${server.url}/new?preset=first-light`);
  await page.getByTestId("name").fill("");
  await page.waitForFunction(() => document.querySelector<HTMLButtonElement>('[data-testid="copy-yaml"]')?.disabled);
  expect(await page.getByTestId("copy-command").isDisabled()).toBe(true);
}, 300_000);
