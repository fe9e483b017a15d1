import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../support/processes/browser.ts";
import { TestServer } from "../support/processes/server.ts";

const key = "kX9v2QmT7rLp4ZsWc8YdHb3N";
let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  server = await TestServer.start({ pages: true, env: { COLLAPSAR_ACCESS_KEY: key } });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const visitor = async () => (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
const at = (page: Page, id: string) => page.locator(`[data-testid="${id}"]`);

test("invites a viewer, who reads and changes nothing, until the owner removes them", async () => {
  const owner = await visitor();
  await owner.goto(`${server.url}/workers`);
  await owner.getByLabel("Access key").fill(key);
  await owner.getByRole("button", { name: "Sign in" }).click();
  await owner.waitForURL(`${server.url}/workers`);
  await at(owner, "add-worker").waitFor();
  await at(owner, "account").click();
  await owner.getByRole("menuitem", { name: "People" }).click();
  await at(owner, "invite").click();
  await owner.getByLabel("For whom").fill("Ada");
  await owner.getByLabel("Role", { exact: true }).selectOption("viewer");
  await at(owner, "make-invitation").click();
  const link = await at(owner, "invitation-link").textContent();
  await owner.getByRole("button", { name: "Done" }).click();

  const ada = await visitor();
  await ada.goto(link!);
  await ada.getByLabel("Name").fill("Ada");
  await ada.getByLabel("E-mail address").fill("ada@example.org");
  await ada.getByLabel("Password").fill("correct horse battery");
  await ada.getByRole("button", { name: "Join" }).click();
  await ada.waitForURL(`${server.url}/`);
  await at(ada, "experiment-link").first().click();
  await at(ada, "experiment-result").waitFor();
  await ada.getByText("read-only", { exact: true }).waitFor();
  for (const id of ["share", "new-experiment", "run-again"]) expect(await at(ada, id).count(), id).toBe(0);
  await ada.goto(`${server.url}/workers`);
  await ada.getByRole("heading", { name: "Workers" }).waitFor();
  await expect.poll(() => at(ada, "add-worker").count()).toBe(0);

  await owner.reload();
  await owner.getByRole("button", { name: "Actions for Ada" }).click();
  await owner.getByRole("menuitem", { name: "Remove" }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  // Her page is signed out by itself, and leads back to where she was.
  await ada.getByLabel("Access key").waitFor();
  expect(ada.url()).toBe(`${server.url}/workers`);
});

test("signs other browsers out, and makes a token that reads", async () => {
  const signIn = async () => {
    const page = await visitor();
    await page.goto(`${server.url}/access`);
    await page.getByLabel("Access key").fill(key);
    await page.getByRole("button", { name: "Sign in" }).click();
    await at(page, "sessions").waitFor();
    return page;
  };
  const [first, second] = [await signIn(), await signIn()];
  await second.getByRole("button", { name: "Sign out all others" }).click();
  await expect.poll(() => at(second, "session").count()).toBe(1);
  await first.reload();
  await first.getByLabel("Access key").waitFor();

  await at(second, "make-token").click();
  // A window begins at its first field, not at the button that closes it.
  await expect.poll(() => second.evaluate(() => document.activeElement?.getAttribute("data-testid"))).toBe("token-name");
  await second.keyboard.type("notebook");
  await second.getByRole("button", { name: "Create the token" }).click();
  const token = await at(second, "api-token-text").textContent();
  const list = () => fetch(`${server.url}/trpc/experiments.list?input=%7B%7D`, { headers: { authorization: `Bearer ${token}` } });
  expect((await list()).status).toBe(200);
  await second.getByRole("button", { name: "Done" }).click();
  await at(second, "api-token").getByRole("button", { name: "Revoke" }).click();
  await second.getByText("revoked", { exact: true }).waitFor();
  expect((await list()).status).toBe(401);

  await at(second, "account").click();
  await second.getByRole("menuitem", { name: "Sign out" }).click();
  await second.getByLabel("Access key").waitFor();
});

test("sets a study's priority at its launch and in its menu", async () => {
  const page = await visitor();
  await page.goto(`${server.url}/new`);
  await page.getByLabel("Access key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await at(page, "fold-priority").click();
  await page.getByLabel("Priority of this study").selectOption("high");
  await at(page, "launch").click();
  await at(page, "experiment-result").waitFor();
  await page.getByText("high priority", { exact: true }).waitFor();

  await at(page, "experiment-actions").click();
  const entries = await page
    .getByRole("menu", { name: "Actions of the experiment" })
    .evaluate((menu) => [...menu.children].map(({ tagName }) => tagName));
  expect(entries.filter((tag, index) => tag === "HR" && entries[index + 1] === "HR")).toEqual([]);
  await page.getByRole("menuitem", { name: "Priority…" }).click();
  await page.getByLabel("Priority of this study").selectOption("low");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("low priority", { exact: true }).waitFor();
  await page.goto(server.url);
  await page.getByText("low priority", { exact: true }).waitFor();
});
