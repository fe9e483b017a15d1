import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { finished, measured, numbered, started } from "../support/builders/events.ts";
import { grid, launch, untilStatus } from "../support/builders/studies.ts";
import { RawWorker } from "../support/client/rawWorker.ts";
import { launchBrowser } from "../support/processes/browser.ts";
import { TestServer } from "../support/processes/server.ts";

const name = 'Collapse "of" <b>depth</b> & more';
let server: TestServer;
let browser: Browser;
let worker: RawWorker;
let study: Awaited<ReturnType<typeof launch>>;
const sites: Server[] = [];

const valuesOf = (depth: number) => ({ [`train/nc1.ratio@${depth}`]: 1 / depth, "train/accuracy": 1 });
beforeAll(async () => {
  server = await TestServer.start({ pages: true });
  browser = await launchBrowser();
  worker = await RawWorker.connect(server);
  study = await launch(server, grid({ depths: [2, 4, 8], seeds: [0] }), { name });
  for (const run of study.runs.slice(0, 2)) {
    const lease = await worker.nextAssignment(run.id);
    const values = valuesOf(run.config.depth);
    await worker.events(lease, numbered([started(), measured(1, values), measured(1000, values), finished()]));
    await untilStatus(server, run.id, "finished");
  }
});
afterAll(async () => {
  worker?.close();
  await browser?.close();
  await server?.stop();
  for (const site of sites) site.close();
});

/** Somebody else's site, with one page that shows an address in a frame. */
async function openSite(framed: () => string): Promise<string> {
  const site = createServer((_, response) =>
    response
      .writeHead(200, { "content-type": "text/html" })
      .end(`<!doctype html><title>A blog</title><iframe src="${framed()}" width="640" height="480"></iframe>`),
  );
  sites.push(site);
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
}

async function openPage(address: string, viewport = { width: 900, height: 700 }) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  await page.goto(address);
  return { context, page, faults };
}

describe("A chart in somebody else's page", () => {
  test("shows and follows the study in the frame of a site that is listed, and in no other one's", async () => {
    let address = "";
    const listed = await openSite(() => address);
    const other = await openSite(() => address);
    const { id, token } = await server.call("shares.create", { experimentId: study.id, frames: [`${listed}/a/page`] });
    address = `${server.url}/embed/${token}?panel=study&theme=dark`;

    const { context, page, faults } = await openPage(listed);
    const frame = page.frameLocator("iframe");
    await frame.locator('[data-plot="study"]').waitFor();
    expect(await frame.locator('[data-testid="embed-name"]').textContent()).toBe(name);
    expect(await frame.locator("html").getAttribute("data-theme")).toBe("dark");
    expect(await frame.locator("nav, header a, [aria-label*='export']").count()).toBe(0);
    const link = frame.locator("footer a");
    expect(await link.getAttribute("href")).toBe(`/s/${token}#panel-study`);
    expect([await link.getAttribute("target"), await link.getAttribute("rel")]).toEqual(["_blank", "noopener"]);

    // Live: the third depth comes while it is looked at.
    const legend = frame.getByRole("list", { name: "Lines" });
    await expect.poll(() => legend.textContent()).toMatch(/^NC1,\sN\s=\s2, slope −1\.00 \(two points/);
    const last = study.runs[2]!;
    const lease = await worker.nextAssignment(last.id);
    await worker.events(lease, numbered([started(), measured(1, valuesOf(8)), measured(1000, valuesOf(8)), finished()]));
    await expect.poll(() => legend.textContent()).toMatch(/^NC1,\sN\s=\s3, slope −1\.00/);
    expect(faults).toEqual([]);

    const refused = await openPage(other);
    await expect.poll(() => refused.faults.join("\n")).toContain("frame-ancestors");
    expect(await refused.page.frameLocator("iframe").locator('[data-testid="embed"]').count()).toBe(0);
    await refused.context.close();

    // Taken back: the frame that is open loads itself again, and its browser refuses.
    await server.call("shares.setFrames", { id, frames: "nobody" });
    await expect.poll(() => faults.join("\n"), { timeout: 20_000 }).toContain("frame-ancestors");
    await expect.poll(() => frame.locator('[data-testid="embed"]').count()).toBe(0);
    await context.close();

    // Revoked: who looks at it by itself, or in a frame, reads what is the matter.
    await server.call("shares.revoke", { id });
    const dead = await openPage(listed);
    await dead.page.frameLocator("iframe").getByText("This chart is not available").waitFor();
    await dead.context.close();
  });

  test("no other page stands in a frame, whatever the link allows", async () => {
    const { token } = await server.call("shares.create", { experimentId: study.id, frames: "anywhere" });
    for (const path of ["/", `/e/${study.id}`, `/s/${token}`]) {
      const { context, page, faults } = await openPage(await openSite(() => `${server.url}${path}`));
      await expect.poll(() => faults.join("\n"), { message: path }).toContain("frame-ancestors");
      expect(await page.frameLocator("iframe").locator("main").count()).toBe(0);
      await context.close();
    }
  });

  test("has each panel, from 300 px on, with nothing beyond its sides", async () => {
    const { token } = await server.call("shares.create", { experimentId: study.id, frames: "anywhere" });
    const panels = { study: "study", "layer-profile": "layer-profile", accuracy: "accuracy", "no-such-panel": "study" };
    for (const [panel, shown] of Object.entries(panels)) {
      const { context, page, faults } = await openPage(`${server.url}/embed/${token}?panel=${panel}&metric=nc1.ratio`, {
        width: 300,
        height: 300,
      });
      await page.locator(`[data-panel="${shown}"]`).waitFor();
      expect(await page.locator("[data-panel]").count()).toBe(1);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      expect(faults).toEqual([]);
      await context.close();
    }
  });

  test("is set up in the share dialog, whose code shows it", async () => {
    const { context, page } = await openPage(`${server.url}/e/${study.id}?metric=accuracy`, { width: 1440, height: 900 });
    await page.getByRole("button", { name: "Share", exact: true }).first().click();
    const dialog = page.locator('[data-testid="share-dialog"]');
    await dialog.getByLabel("Who may embed charts").selectOption("listed");
    await dialog.getByLabel("Sites").fill("blog.example.org");
    await dialog.getByLabel("Sites").blur();
    await dialog.getByText("“blog.example.org” is not a site").waitFor();
    expect(await dialog.locator('[data-testid="create-share"]').isDisabled()).toBe(true);
    let code = "";
    const site = await openSite(() => /src="([^"]+)"/.exec(code)![1]!.replaceAll("&amp;", "&"));
    await dialog.getByLabel("Sites").fill(`https://blog.example.org\n${site}/`);
    await dialog.locator('[data-testid="create-share"]').click();
    await dialog.locator('[data-testid="embed-code"]').waitFor();
    code = await dialog.locator('[data-testid="embed-code"]').inputValue();
    expect(code).toMatch(
      /^<iframe src="http:\/\/127\.0\.0\.1:\d+\/embed\/[\w-]{32}\?panel=study&amp;metric=accuracy" title="Collapse /,
    );
    expect(code).toContain('title="Collapse &quot;of&quot; &lt;b&gt;depth&lt;/b&gt; &amp; more: the study’s curve"');
    const blog = await openPage(site);
    await blog.page.frameLocator("iframe").getByText("Accuracy over depth").waitFor();
    expect(blog.faults).toEqual([]);
    await blog.context.close();

    await dialog.getByRole("button", { name: "Change" }).first().click();
    await dialog.getByLabel("Who may embed charts").last().selectOption("nobody");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect.poll(() => dialog.locator('[data-testid="share-frames"]').first().textContent()).toBe("no embedding");
    expect(await dialog.locator('[data-testid="embed-code"]').count()).toBe(0);
    await context.close();
  });
});

test("the head of a shared page tells chats what it is, and no other page's does", async () => {
  const { id, token } = await server.call("shares.create", { experimentId: study.id });
  const headOf = async (path: string, headers: Record<string, string> = {}) => {
    const html = await (await fetch(`${server.url}${path}`, { headers })).text();
    return html.slice(0, html.indexOf("</head>"));
  };
  const contentOf = (head: string, key: string) =>
    new RegExp(`<meta (?:property|name)="${key}" content="([^"]*)"`).exec(head)?.[1]?.replaceAll("&amp;", "&");
  const head = await headOf(`/s/${token}`);
  expect(contentOf(head, "og:title")).toBe("Collapse &quot;of&quot; &lt;b&gt;depth&lt;/b&gt; & more");
  expect(contentOf(head, "og:description")).toMatch(/^3 runs of neural collapse, .*finished · depth 2, 4, 8 · /);
  expect(contentOf(head, "og:url")).toBe(`${server.url}/s/${token}`);
  expect(contentOf(head, "twitter:card")).toBe("summary_large_image");
  expect(contentOf(head, "og:image:width")).toBe("1200");
  const image = contentOf(head, "og:image") as string;
  expect(image).toMatch(new RegExp(`^${server.url}/s/${token}/preview\\.png\\?v=\\w+$`));
  expect(contentOf(head, "twitter:image")).toBe(image);
  expect(contentOf(head, "robots")).toContain("noindex");
  const picture = await fetch(image);
  expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/png"]);

  const said = encodeURIComponent(JSON.stringify({ title: "Forged", description: "x", url: server.url, image: server.url }));
  await server.call("shares.revoke", { id });
  for (const path of [`/s/${token}`, "/s/forged", `/e/${study.id}`, "/"]) {
    const other = await headOf(path, { "x-collapsar-link-preview": said });
    expect(other).not.toMatch(/og:|twitter:|Forged|Collapse (&quot;|")of/);
  }
});
