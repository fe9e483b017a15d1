import { appendFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AttemptSpool } from "../../../../workers/spool/attemptSpool.ts";
import { openSpool } from "../../../../workers/spool/spool.ts";

const lease = { runId: "7f3f2c1e-95c4-4b9e-8a59-0f4a3b5d6c7e", attempt: 2, lease: "x".repeat(22) };

/** What the run's process, the agent, the server and the machine may do, in any order. */
type Deed =
  | { do: "write"; events: number }
  /** The process or the machine dies within a line. */
  | { do: "tear"; bytes: number }
  /** The agent sends a batch; its answer comes, or is lost. */
  | { do: "send"; most: number; answered: boolean }
  /** The server says once more what it has. */
  | { do: "repeat" }
  /** The server asks for events again from one that it has not, or has. */
  | { do: "seek"; back: number }
  /** The agent starts over, with a state on disk that may be old. */
  | { do: "reopen" };

const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ do: fc.constant("write" as const), events: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constant("tear" as const), bytes: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ do: fc.constant("send" as const), most: fc.integer({ min: 1, max: 5 }), answered: fc.boolean() }),
  fc.record({ do: fc.constant("repeat" as const) }),
  fc.record({ do: fc.constant("seek" as const), back: fc.nat(4) }),
  fc.record({ do: fc.constant("reopen" as const) }),
);

test("whatever is torn, lost, repeated or started over, the server stores every event once and in order", () => {
  const whole = '{"seq":1,"at":1700000000000,"event":{"kind":"log","level":"info","text":"torn off in the middle of it"}}';
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
      const folder = mkdtempSync(join(tmpdir(), "collapsar-spool-property-"));
      try {
        let spool = new AttemptSpool(folder, lease);
        spool.save();
        /** The model: texts as they were written, and as the server has them. */
        const written: string[] = [];
        const stored: string[] = [];

        const send = (most: number, answered: boolean) => {
          const batch = spool.next(most);
          const [first] = batch;
          if (first === undefined) return 0;
          // As the server does it: what comes again changes nothing, and what does not follow is asked for.
          if (first.seq > stored.length + 1) {
            if (answered) spool.seek(stored.length + 1);
            return batch.length;
          }
          for (const { seq, event } of batch)
            if (seq === stored.length + 1) stored.push(event.kind === "log" ? event.text : event.kind);
          if (answered) {
            spool.acknowledge(stored.length);
            spool.saveSoon();
          }
          return batch.length;
        };

        for (const one of deeds)
          switch (one.do) {
            case "write": {
              const writer = openSpool(spool.path);
              for (let i = 0; i < one.events; i++) {
                written.push(`event ${written.length + 1} ${"·".repeat(written.length % 7)}`);
                writer.append({ kind: "log", level: "info", text: written.at(-1) as string });
              }
              writer.close();
              break;
            }
            case "tear":
              // A writer that opens the file cuts it off again; until then only the reader meets it.
              if (existsSync(spool.path)) openSpool(spool.path).close();
              appendFileSync(spool.path, whole.slice(0, one.bytes));
              break;
            case "send":
              send(one.most, one.answered);
              break;
            case "repeat":
              spool.acknowledge(stored.length);
              break;
            case "seek":
              // It asks for the first event that it has not only where one of those behind that has come.
              if (one.back > 0 || written.length > stored.length) spool.seek(Math.max(1, stored.length + 1 - one.back));
              break;
            case "reopen": {
              const again = AttemptSpool.reopen(folder, spool.statePath);
              expect(again).not.toBeNull();
              spool = again as AttemptSpool;
            }
          }
        // From now on all goes well.
        for (let tries = 0; send(3, true) > 0; tries++) expect(tries).toBeLessThan(200);
        expect(stored).toEqual(written);
        expect(spool.unsent).toBe(0);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 150 },
  );
});
