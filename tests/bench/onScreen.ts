/**
 * What a person waits for, in a browser on the machine of the server and its worker: from the click on Launch to the first point on
 * screen, and from each measurement to the frame that shows it. `node tests/bench/onScreen.ts [--launches 5] [--seconds 20]`
 */
import { cpus, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { launchBrowser } from "../support/processes/browser.ts";
import { TestServer } from "../support/processes/server.ts";
import { quantileText } from "./quantileText.ts";

const { values: flags } = parseArgs({
  options: { launches: { type: "string", default: "5" }, seconds: { type: "string", default: "20" } },
});

interface Seen {
  clickedAt: number;
  firstAt: number;
  lags: number[];
}

/** Runs in the page: notes the click, what its socket brings, and the frame in which that is drawn. */
function watchThePage(): void {
  const seen: Seen = { clickedAt: 0, firstAt: 0, lags: [] };
  Object.assign(window, { seen });
  let waiting: { measuredAt: number; receivedAt: number }[] = [];
  document.addEventListener(
    "click",
    ({ target }) => {
      if ((target as Element).closest("[data-testid=launch]")) seen.clickedAt = Date.now();
    },
    true,
  );
  window.WebSocket = class extends window.WebSocket {
    constructor(...place: ConstructorParameters<typeof WebSocket>) {
      super(...place);
      this.addEventListener("message", ({ data }) => {
        if (typeof data !== "string" || !data.startsWith("42/watch,")) return;
        const [, batch] = JSON.parse(data.slice("42/watch,".length));
        for (const { kind, measuredAt } of batch.items ?? [])
          if (kind === "points") waiting.push({ measuredAt, receivedAt: Date.now() });
      });
    }
  };
  new MutationObserver(() => {
    const taken = Number(document.querySelector("[data-testid=experiment-result]")?.getAttribute("data-last-point-at"));
    const points = Number(document.querySelector("[data-testid=point-count]")?.textContent);
    const drawn = waiting.filter(({ receivedAt }) => receivedAt <= taken);
    if (drawn.length === 0 && (!(points > 0) || seen.firstAt > 0)) return;
    waiting = waiting.filter(({ receivedAt }) => receivedAt > taken);
    // A task after the frame's callbacks: what was changed has been drawn.
    requestAnimationFrame(() =>
      setTimeout(() => {
        const now = Date.now();
        if (points > 0 && seen.firstAt === 0) seen.firstAt = now;
        for (const { measuredAt } of drawn) seen.lags.push(now - measuredAt);
      }),
    );
  }).observe(document, { subtree: true, childList: true, characterData: true, attributeFilter: ["data-last-point-at"] });
}

const load = () => loadavg()[0].toFixed(1);
const server = await TestServer.start({ localWorker: true, pages: true });
const browser = await launchBrowser();
try {
  console.log(`${cpus().length} × ${cpus()[0].model.trim()}, load ${load()}; node ${process.versions.node}`);
  await until(async () => (await server.call("workers.list")).some((worker) => worker.connected));
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(watchThePage);
  const page = await context.newPage();
  const firsts: number[] = [];
  for (let launch = 0; launch < Number(flags.launches); launch++) {
    const id = await launchFrom(page);
    await page.waitForFunction(() => (window as unknown as { seen: Seen }).seen.firstAt > 0, undefined, { timeout: 60_000 });
    const { clickedAt, firstAt } = await seenBy(page);
    firsts.push(firstAt - clickedAt);
    if (launch === Number(flags.launches) - 1) {
      await sleep(Number(flags.seconds) * 1000);
      console.log(`measured → on screen: ${quantileText((await seenBy(page)).lags)}, load ${load()}`);
    }
    await server.call("experiments.cancel", { id });
    await until(async () => {
      const { counts } = await server.call("experiments.get", { id });
      return counts.queued + counts.leased + counts.running + counts.cancelling === 0;
    });
  }
  console.log(`click on Launch → first point on screen: ${quantileText(firsts)}, load ${load()}`);
} finally {
  await browser.close();
  await server.stop();
}

/** Fills in the form, gives the worker time to be idle and prepared, and launches. */
async function launchFrom(page: Page): Promise<string> {
  await page.goto(`${server.url}/new`);
  await page.locator('[data-testid="preset-first-light"]').click();
  await sleep(6_000);
  await page.locator('[data-testid="launch"]').click();
  await page.waitForURL(/\/e\/[0-9a-f-]{36}/, { timeout: 60_000 });
  return new URL(page.url()).pathname.split("/")[2];
}

function seenBy(page: Page): Promise<Seen> {
  return page.evaluate(() => (window as unknown as { seen: Seen }).seen);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(200);
}
