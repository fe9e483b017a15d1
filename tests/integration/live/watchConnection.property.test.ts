import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { Server, type Socket } from "socket.io";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LivePageStore } from "../../../app/live/LivePageStore.ts";
import { WatchConnection } from "../../../app/live/watchConnection.ts";
import type { RunRow, SeriesView } from "../../../contract/wire/views.ts";
import { type WatchItem, watchNamespace } from "../../../contract/wire/watchProtocol.ts";
import { aRow } from "../../unit/app/builders.ts";

const key = "train/loss";
const runId = "a";
/** A page's times, hundreds of times as fast. */
const fast = {
  ...{ connectMs: 500, answerMs: 60, requestMs: 1_000, quietMs: 40 },
  ...{ retryMs: 1, maxRetryMs: 4, refusedMs: 4, upgradeMs: 50 },
};
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits for a condition, or until it is too late for it. */
async function until(isMet: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !isMet() && performance.now() < end; ) await wait(2);
}

/** What may happen to a page's line while a run is measured. */
type Deed =
  /** Points are stored, and told to those who watch. */
  | { do: "store"; points: number }
  /** The line breaks. */
  | { do: "cut" }
  /** The answer to the next joinings is lost: the page hears no more of it, or the line breaks instead. */
  | { do: "lose answers"; count: number }
  /** What is told next is lost, and the line with it. */
  | { do: "cut within"; points: number }
  /** A worker takes the run on as a later attempt, which has not started yet: nothing is void until it does. */
  | { do: "claim" }
  /** A later attempt goes on from an earlier point: what is after it is void. */
  | { do: "take over"; back: number }
  /** Nothing happens until the page has joined and read. */
  | { do: "let it read" }
  | { do: "wait"; ms: number };

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("store" as const), points: fc.integer({ min: 1, max: 5 }) }) },
  fc.record({ do: fc.constant("cut" as const) }),
  fc.record({ do: fc.constant("lose answers" as const), count: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ do: fc.constant("cut within" as const), points: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant("claim" as const) }),
  fc.record({ do: fc.constant("take over" as const), back: fc.nat(6) }),
  fc.record({ do: fc.constant("let it read" as const) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(12) }) },
);

/** Seldom drawn by chance: a reading between the claim of an attempt and its start, which voids some of what was read. */
const readWhileClaimed: Deed[] = [
  { do: "store", points: 5 },
  { do: "claim" },
  { do: "let it read" },
  { do: "take over", back: 3 },
];

/** The server's part: what is stored, and who is told. Durable before visible. */
class Stored {
  readonly values = new Map<number, number>();
  /** The attempt that measures, and the last that was claimed. */
  attempt = 1;
  claimed = 1;
  next = 0;
  answersToLose = 0;
  readonly watching = new Set<Socket>();

  tell(items: WatchItem[]): void {
    for (const socket of this.watching) socket.emit("batch", { sentAt: Date.now(), items });
  }

  store(points: number, isTold: boolean): void {
    if (this.claimed > this.attempt) this.takeOver(0);
    for (let i = 0; i < points; i++) {
      const step = this.next++;
      const value = step + this.attempt / 100;
      this.values.set(step, value);
      if (isTold)
        this.tell([{ kind: "points", runId, attempt: this.attempt, step, measuredAt: Date.now(), values: { [key]: value } }]);
    }
  }

  claim(): void {
    this.claimed++;
    this.tellRow();
  }

  tellRow(): void {
    const { last, config, ...row } = this.row();
    this.tell([{ kind: "run", row }]);
  }

  takeOver(back: number): void {
    if (this.claimed === this.attempt) this.claim();
    const resumedFromStep = Math.max(0, this.next - 1 - back);
    this.attempt = this.claimed;
    for (const step of this.values.keys()) if (step > resumedFromStep || resumedFromStep === 0) this.values.delete(step);
    this.next = resumedFromStep === 0 ? 0 : resumedFromStep + 1;
    this.tell([{ kind: "attempt", runId, attempt: this.attempt, resumedFromStep }]);
    this.tellRow();
  }

  row(): RunRow {
    return { ...aRow({}, {}, this.claimed > this.attempt ? "leased" : "running"), id: runId, attempt: this.claimed };
  }

  views(): SeriesView[] {
    const steps = [...this.values.keys()];
    return [{ runId, key, steps, values: steps.map((step) => this.values.get(step) as number), total: steps.length }];
  }
}

let http: ReturnType<typeof createServer>;
let server: Server;
let url: string;
let stored = new Stored();
beforeAll(async () => {
  http = createServer();
  server = new Server(http, { transports: ["websocket"] });
  server.of(watchNamespace).on("connection", (socket) => {
    const place = stored;
    socket.on("watch", (_request, answer) => {
      place.watching.add(socket);
      if (place.answersToLose === 0) return answer({ ok: true });
      place.answersToLose--;
    });
    socket.on("disconnect", () => place.watching.delete(socket));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await server.close();
});

test("a page holds every stored point and no void one, however its line breaks, once it is there again", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { minLength: 3, maxLength: 14 }),
      fc.array(fc.nat(8), { minLength: 4 }),
      fc.constantFrom("a run's page", "an experiment's page"),
      async (deeds, lags, kind) => {
        stored = new Stored();
        const place = stored;
        const page = new LivePageStore();
        let readings = 0;
        let open = 0;
        /**
         * As the pages do it: join, read the row, take it in, then ask for the series: what was told in between is known by then.
         * An answer comes some time after the server looked, and only those to the last reading count.
         */
        const read = async () => {
          const mine = ++readings;
          const answerTo = async <T>(at: number, look: () => T): Promise<T> => {
            const lag = (part: number) => lags[(4 * mine + 2 * at + part) % lags.length] ?? 0;
            await wait(lag(0));
            const answer = look();
            await wait(lag(1));
            return answer;
          };
          open++;
          try {
            const row = await answerTo(0, () => place.row());
            if (mine !== readings) return;
            if (page.setRows([row])) return void read();
            const asked = page.attempts;
            const views = await answerTo(1, () => place.views());
            if (mine !== readings) return;
            if (kind === "a run's page") page.replaceSeries(runId, [key], views, asked);
            else page.addSeries(views, true, asked);
          } finally {
            open--;
          }
        };
        const connection = new WatchConnection(null, url, fast);
        connection.watch(
          { room: "run", id: "11111111-1111-4111-8111-111111111111" },
          {
            onJoined: () => {
              page.joined();
              void read();
            },
            onBatch: ({ items }) => {
              if (page.apply(items)) void read();
            },
            onLost: () => {},
            onRefused: () => {},
            onPolling: () => {},
          },
        );
        const cut = () => {
          for (const socket of [...place.watching]) socket.conn.close();
          place.watching.clear();
        };
        try {
          for (const one of deeds)
            switch (one.do) {
              case "store":
                place.store(one.points, true);
                break;
              case "cut":
                cut();
                break;
              case "lose answers":
                place.answersToLose = one.count;
                break;
              case "cut within":
                place.store(one.points, false);
                cut();
                break;
              case "claim":
                place.claim();
                break;
              case "take over":
                place.takeOver(one.back);
                break;
              case "let it read":
                await until(() => place.watching.size > 0 && readings > 0 && open === 0);
                break;
              case "wait":
                await wait(one.ms);
            }
          place.answersToLose = 0;
          place.store(1, true);
          const isSame = () => JSON.stringify(sorted(page)) === JSON.stringify([...place.values]);
          const sorted = (of: LivePageStore) => {
            const { steps, values } = of.series(runId, key);
            return steps.map((step, at) => [step, values[at]]);
          };
          await until(() => isSame() && open === 0);
          expect(sorted(page)).toEqual([...place.values]);
        } finally {
          connection.close();
        }
      },
    ),
    { numRuns: 60, examples: [[readWhileClaimed, [0, 0, 0, 0], "an experiment's page"]] },
  );
}, 60_000);
