import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WatchConnection } from "../../../app/live/watchConnection.ts";
import type { WatchItem } from "../../../contract/wire/watchProtocol.ts";
import { launch } from "../../support/builders/studies.ts";
import { NetworkLine } from "../../support/processes/networkLine.ts";
import { PollingProxy, type Upgrade } from "../../support/processes/pollingProxy.ts";
import { freePort } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";

/** The times of a page, twenty times as fast. */
const fast = {
  connectMs: 400,
  answerMs: 250,
  requestMs: 13_000,
  quietMs: 400,
  retryMs: 30,
  maxRetryMs: 150,
  refusedMs: 400,
  upgradeMs: 300,
};

/** What a page hears of its line, in order. */
class Heard {
  readonly states: string[] = [];
  readonly items: WatchItem[] = [];
  polling = false;
  readonly listener = {
    onJoined: () => void this.states.push("joined"),
    onLost: () => void this.states.push("lost"),
    onRefused: () => void this.states.push("refused"),
    onBatch: ({ items }: { items: WatchItem[] }) => void this.items.push(...items),
    onPolling: (polling: boolean) => {
      this.polling = polling;
    },
  };

  get now(): string {
    return this.states.at(-1) ?? "nothing";
  }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("A page's line to the server", () => {
  let server: TestServer;
  let experiment: string;
  const open: { close(): unknown }[] = [];
  beforeAll(async () => {
    server = await TestServer.start({ port: await freePort() });
    experiment = (await launch(server)).id;
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  afterAll(() => server?.stop());

  const join = (url: string, share: string | null = null) => {
    const heard = new Heard();
    const connection = new WatchConnection(share, url, fast);
    connection.watch({ room: "experiment", id: experiment }, heard.listener);
    open.push(connection);
    return heard;
  };
  const lineToServer = async () => {
    const line = await NetworkLine.open(server.url);
    open.push(line);
    return line;
  };
  /** Something to tell: another name. */
  const rename = (name: string) => server.call("experiments.update", { id: experiment, name });
  const hears = async (heard: Heard, name: string) => {
    await rename(name);
    await until(`hears of ${name}`, () => heard.items.some((item) => item.kind === "experiment" && item.summary.name === name));
  };

  // Cut for as long as a question takes, longer than the engine's own patience, and all lengths between.
  test.each([300, 700, 1_000, 1_300, 1_600, 1_900, 21_000])(
    "cut off for %i ms without a word, it is live again without a reload",
    async (ms) => {
      const line = await lineToServer();
      const heard = join(line.url);
      await until("joined", () => heard.now === "joined");
      line.hold();
      await wait(ms);
      line.mendForNewOnes();
      if (ms > 900) await until("lost or already back", () => heard.states.includes("lost"));
      else await wait(fast.quietMs + fast.answerMs + 200);
      await until("joined again", () => heard.now === "joined");
      await hears(heard, `after ${ms} ms`);
      expect(heard.polling).toBe(false);
    },
  );

  test("comes back after every one of many cuts of all kinds, with the rooms it had", async () => {
    const line = await lineToServer();
    const heard = join(line.url);
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    for (let round = 0; round < 12; round++) {
      await until(`joined in round ${round}`, () => heard.now === "joined");
      if (random() < 0.5) line.hold();
      else line.cut();
      await wait(random() * 1_200);
      if (random() < 0.5) line.mend();
      else line.mendForNewOnes();
      await wait(random() * 300);
    }
    await until("joined at the end", () => heard.now === "joined");
    await hears(heard, "after many cuts");
    const told = heard.items.filter((item) => item.kind === "experiment" && item.summary.name === "after many cuts");
    expect(told.length).toBe(1);
  });

  test("finds a server that was away", async () => {
    const heard = join(server.url);
    await until("joined", () => heard.now === "joined");
    const { port, dataDir } = server;
    await server.kill();
    await until("lost", () => heard.now === "lost");
    await wait(1_000);
    server = await TestServer.start({ port, dataDir });
    await until("joined again", () => heard.now === "joined");
    await hears(heard, "after a restart");
  });

  test.each<Upgrade>(["refuse", "ignore", "hang"])(
    "goes on by asking again and again where a proxy lets no WebSocket through (%s), and says so",
    async (manner) => {
      const proxy = await PollingProxy.open(server.url, manner);
      open.push(proxy);
      const heard = join(proxy.url);
      await until("joined", () => heard.now === "joined");
      await until("told that it polls", () => heard.polling);
      expect(proxy.polls).toBeGreaterThan(2);
      expect(proxy.upgrades).toBeGreaterThan(0);
      await hears(heard, `polled, ${manner}`);
      await hears(heard, `polled again, ${manner}`);
    },
  );

  test("is notified when what it shows is deleted, restored, and no longer accessible to it", async () => {
    const share = await server.call("shares.create", { experimentId: experiment });
    const heard = join(server.url, share.token);
    await until("joined", () => heard.now === "joined");
    await server.call("experiments.remove", { id: experiment });
    await until("told of the removal", () => heard.items.some((item) => item.kind === "removed"));
    await server.call("experiments.restore", { id: experiment });
    await until("told of the return", () => heard.items.some((item) => item.kind === "restored"));
    await server.call("shares.revoke", { id: share.id });
    await until("refused", () => heard.now === "refused");
  });
});
