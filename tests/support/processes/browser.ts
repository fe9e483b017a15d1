import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { packagedChromium } from "./packagedChromium.ts";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "microsoft-edge"];
const knownPlaces = [
  "/snap/bin/chromium",
  "/opt/google/chrome/chrome",
  "/usr/lib/chromium/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];

/** Nothing but the page under test speaks to any network, and no root user is needed for a sandbox. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface FoundBrowser {
  path: string;
  /** Where it is from, for people. */
  origin: "named by COLLAPSAR_BROWSER" | "installed" | "packaged";
  environment: Record<string, string>;
}

/**
 * A browser of this machine, or else the one that an npm package brings. COLLAPSAR_BROWSER names one; its value `packaged`
 * passes over the installed ones, as `options.packaged` does.
 * @throws saying what was tried and how to get one
 */
export async function findBrowser(options: { packaged?: boolean } = {}): Promise<FoundBrowser> {
  const named = process.env.COLLAPSAR_BROWSER;
  if (!options.packaged && named !== "packaged") {
    if (named) return { path: named, origin: "named by COLLAPSAR_BROWSER", environment: {} };
    const folders = (process.env.PATH ?? "").split(delimiter);
    const places = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...knownPlaces];
    const installed = places.find(isExecutable);
    if (installed) return { path: installed, origin: "installed", environment: {} };
  }
  try {
    return { ...(await packagedChromium()), origin: "packaged" };
  } catch (error) {
    const { message } = error as Error;
    throw new Error(
      `No browser: none of ${names.join(", ")} is on PATH, and the one from npm does not do (${message}). ` +
        "Install Chromium or Chrome (on Debian and Ubuntu: apt-get install chromium), or name one with COLLAPSAR_BROWSER.",
      { cause: error },
    );
  }
}

/** A running headless browser, to be closed. An installed one that does not start (a launcher without its browser) is passed over. */
export async function launchBrowser(options: { packaged?: boolean } = {}): Promise<Browser> {
  const found = await findBrowser(options);
  try {
    return await start(found);
  } catch (error) {
    if (found.origin !== "installed") throw error;
    return await start(await findBrowser({ packaged: true }));
  }
}

const start = ({ path, environment }: FoundBrowser): Promise<Browser> =>
  chromium.launch({
    executablePath: path,
    headless: true,
    args: flags,
    env: { ...(process.env as Record<string, string>), ...environment },
  });

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// `node tests/support/processes/browser.ts [--force]`: which browser the tests take, and whether it starts; --force: the packaged one.
if (import.meta.main) {
  const options = { packaged: process.argv.includes("--force") };
  const { path, origin } = await findBrowser(options);
  const begun = Date.now();
  const browser = await launchBrowser(options);
  const page = await browser.newPage();
  await page.setContent("<canvas></canvas><h1>starts</h1>");
  const drawn = await page.evaluate(() => document.querySelector("canvas")!.getContext("2d") !== null && document.title === "");
  console.log(
    `${path} (${origin}): version ${browser.version()}, ${drawn ? "draws" : "does not draw"}, ${Date.now() - begun} ms`,
  );
  await browser.close();
}
