import { afterEach, beforeAll, expect, test } from "vitest";
import type { Priority } from "../../../contract/priority.ts";
import type { Assignment } from "../../../contract/wire/workerProtocol.ts";
import { ended, finished, numbered, started } from "../../support/builders/events.ts";
import { heavyGrid } from "../../support/builders/heavyGrid.ts";
import { getExperiment, grid } from "../../support/builders/studies.ts";
import { addMember } from "../../support/client/members.ts";
import { makeToken, RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import type { CallOptions } from "../../support/processes/server.ts";

const key = "kX9v2QmT7rLp4ZsWc8YdHb3N";
const range = (count: number) => Array.from({ length: count }, (_, at) => at);

interface Someone {
  cookie: string;
  id: string;
}

onBothDatabases(
  "Fair turns",
  (server) => {
    let p: Someone;
    let q: Someone;
    let token: string;
    beforeAll(async () => {
      await server().signIn();
      p = await addMember(server(), "editor", "Pia");
      q = await addMember(server(), "editor", "Quin");
      token = await makeToken(server());
    });

    const launch = async (
      who: Someone | null,
      name: string,
      runs: number,
      more: { priority?: Priority; config?: object } = {},
    ) => {
      const seeds = range(Math.min(runs, 50));
      const config = { ...grid({ seeds, depths: range(runs / seeds.length).map((at) => at + 2) }), ...more.config };
      const options = who ? { headers: { cookie: who.cookie } } : {};
      const { id } = await server().call("experiments.launch", { name, config, priority: more.priority }, options);
      return id;
    };
    const opened: { close(): Promise<void> }[] = [];
    afterEach(async () => {
      const { rows } = await server().call("experiments.list", {});
      for (const { id } of rows) await server().call("experiments.cancel", { id });
      for (const each of opened.splice(0)) await each.close();
    });
    const prioritize = (who: Someone, id: string, priority: Priority) =>
      server().call("experiments.update", { id, priority }, { headers: { cookie: who.cookie } });

    /** A worker whose oldest run ends whenever a test says so. */
    async function open(slots: number, more = {}) {
      const worker = await RawWorker.connect(server(), { token, slots, ...more });
      const held: Assignment[] = [];
      const next = async () => {
        const assignment = await worker.nextAssignment();
        held.push(assignment);
        return assignment.experimentName;
      };
      const end = async () => {
        const oldest = held.shift()!;
        expect(await worker.events(oldest, numbered([started(), finished()]))).toMatchObject({ ok: true });
        worker.held = worker.held.filter(({ runId }) => runId !== oldest.runId);
      };
      const slotsOf = {
        worker,
        held,
        next,
        end,
        /** Names of the studies whose runs come one after the other, each once the oldest has ended. */
        async serve(count: number): Promise<string> {
          let names = "";
          for (let i = 0; i < count; i++) {
            if (held.length === slots) await end();
            names += await next();
          }
          return names;
        },
        async close() {
          held.push(...worker.assigned.splice(0));
          while (held.length > 0) await end();
          worker.close();
        },
      };
      opened.push(slotsOf);
      return slotsOf;
    }

    test("2,000 runs of one person do not keep 6 of another waiting", async () => {
      const slots = await open(4);
      const large = await launch(p, "P", 2_000);
      expect(await slots.serve(4)).toBe("PPPP");
      const small = await launch(q, "Q", 6);
      // Two of Pia's end before both have half of the slots; then each has what the other's end leaves.
      expect(await slots.serve(14)).toBe("QQPPQQPPQQPPPP");
      expect((await getExperiment(server(), small)).counts).toMatchObject({ finished: 6, queued: 0 });
      // By number within a study.
      const { runs } = await getExperiment(server(), large);
      const begun = runs.filter(({ status }) => status !== "queued").map(({ ordinal }) => ordinal);
      expect(begun).toEqual(range(12));
    });

    test("three people take turns on one slot, the owner among them, and who is alone has it every time", async () => {
      const slots = await open(1);
      await launch(null, "O", 6);
      expect(await slots.serve(2)).toBe("OO");
      await launch(p, "P", 3);
      await launch(q, "Q", 2);
      const served = await slots.serve(9);
      expect(served).toMatch(/^(PQ|QP)O(PQ|QP)OPOO$/);
    });

    test("a program's launches are in the share of whoever made its token", async () => {
      const slots = await open(2);
      const { token: program } = await server().call(
        "account.createToken",
        { name: "a script", scope: "launch" },
        { headers: { cookie: p.cookie } },
      );
      const config = grid({ seeds: range(20) });
      const headers = { authorization: `Bearer ${program}` };
      await server().call("experiments.launch", { name: "p", config }, { headers });
      expect(await slots.serve(2)).toBe("pp");
      await launch(p, "P", 4, { priority: "high" });
      await launch(q, "Q", 4);
      // Quin has one slot, Pia's studies share the other.
      expect(await slots.serve(6)).toBe("QPQPQP");
    });

    test("studies of one person advance side by side, and a small one does not wait for a large one", async () => {
      const slots = await open(1);
      await launch(p, "L", 100);
      expect(await slots.serve(3)).toBe("LLL");
      await launch(p, "S", 2);
      await launch(p, "T", 5);
      const served = await slots.serve(8);
      expect([...served.slice(0, 4)].sort().join("")).toBe("SSTT");
      expect(served.slice(4)).toBe("TLTL");
    });

    test("priority orders a person's own studies, also while they are queued, and takes nothing from others", async () => {
      const slots = await open(2);
      const a = await launch(p, "A", 40);
      expect(await slots.serve(2)).toBe("AA");
      await launch(p, "B", 3, { priority: "high" });
      const c = await launch(p, "C", 3, { priority: "low" });
      await launch(q, "Q", 50);
      expect(await slots.serve(6)).toBe("QBQBQB");
      expect(await slots.serve(4)).toBe("QAQA");
      // The last becomes the first while it is queued.
      expect(await prioritize(p, c, "high")).toMatchObject({ priority: "high" });
      expect(await slots.serve(4)).toBe("QCQC");
      await prioritize(p, a, "low");
      await prioritize(p, c, "low");
      await launch(p, "D", 2);
      expect(await slots.serve(4)).toBe("QDQD");
      expect(await getExperiment(server(), a)).toMatchObject({ priority: "low" });
      expect((await server().call("experiments.list", {})).rows.find(({ id }) => id === a)).toMatchObject({ priority: "low" });
    });

    test("paused runs have their study's priority when they come back, as it is then", async () => {
      const slots = await open(1);
      await launch(p, "A", 6);
      const b = await launch(p, "B", 6);
      expect([...(await slots.serve(2))].sort().join("")).toBe("AB");
      await server().call("experiments.pause", { id: b });
      expect((await slots.serve(2)).slice(1)).toBe("A");
      await prioritize(p, b, "high");
      await server().call("experiments.resume", { id: b });
      expect((await slots.serve(4)).slice(1)).toBe("BBB");
      await server().call("experiments.cancel", { id: b });
      expect((await slots.serve(2)).slice(1)).toBe("A");
      // What is queued anew is no exception.
      await server().call("experiments.runMissing", { id: b });
      expect(await slots.serve(1)).toBe("B");
    });

    test("a run whose attempt ended goes back to its worker when its person's turn comes", async () => {
      const slots = await open(2);
      await launch(p, "P", 6);
      expect(await slots.serve(2)).toBe("PP");
      await launch(q, "Q", 6);
      const crashed = slots.held.shift()!;
      await slots.worker.events(crashed, numbered([started(), ended("CRASHED")]));
      expect(await slots.next()).toBe("Q");
      await slots.end();
      expect(await slots.next()).toBe("P");
      expect(slots.held.at(-1)).toMatchObject({ runId: crashed.runId, attempt: 2 });
    });

    test("runs that no worker can hold keep neither others nor their own person waiting", async () => {
      const small = { host: "small", platform: "test", cpu: "test", cores: 1, memoryBytes: 2e9 };
      await launch(p, "H", 1, { config: heavyGrid(range(60)) });
      await launch(p, "P", 50);
      await launch(q, "Q", 50);
      const slots = await open(2, { machine: small, devices: ["cpu (onnxruntime cpu)"] });
      const served = await slots.serve(24);
      expect(served).not.toContain("H");
      const quins = [...served].filter((name) => name === "Q").length;
      expect(quins).toBeGreaterThanOrEqual(11);
      expect(quins).toBeLessThanOrEqual(13);
    });

    test("a study says when its turn is", async () => {
      const slots = await open(3);
      const turn = (id: string) => server().call("experiments.turn", { id });
      const pia = await launch(p, "P", 20);
      expect(await slots.serve(3)).toBe("PPP");
      expect(await turn(pia)).toEqual({ people: 1, underWay: 3, leastOfOthers: null, ahead: 0 });
      const quin = await launch(q, "Q", 4);
      expect(await turn(pia)).toEqual({ people: 2, underWay: 3, leastOfOthers: 0, ahead: 0 });
      expect(await turn(quin)).toEqual({ people: 2, underWay: 0, leastOfOthers: 3, ahead: 0 });
      await launch(q, "R", 2, { priority: "high" });
      expect(await turn(quin)).toEqual({ people: 2, underWay: 0, leastOfOthers: 3, ahead: 2 });
      expect(await slots.serve(2)).toBe("RP");
      expect(await turn(quin)).toEqual({ people: 2, underWay: 1, leastOfOthers: 2, ahead: 1 });
      const { token: share } = await server().call("shares.create", { experimentId: quin });
      await expect(server().call("experiments.turn", { id: quin }, { share })).rejects.toThrow();
    });

    test("a viewer, a program's token and a share link cannot set it", async () => {
      const id = await launch(p, "A", 1);
      const viewer = await addMember(server(), "viewer", "Vic");
      const { token: program } = await server().call("account.createToken", { name: "script", scope: "launch" });
      const { token: share } = await server().call("shares.create", { experimentId: id });
      const change = { id, priority: "high" as const };
      const others: CallOptions[] = [
        { headers: { cookie: viewer.cookie } },
        { headers: { authorization: `Bearer ${program}` } },
        { share },
      ];
      for (const options of others)
        await expect(server().call("experiments.update", change, options)).rejects.toMatchObject({
          code: expect.stringMatching(/NOT_ALLOWED|FORBIDDEN|NOT_FOUND/),
        });
      await expect(server().callAny("experiments.update", { id, priority: "urgent" })).rejects.toMatchObject({ code: "INVALID" });
      expect(await getExperiment(server(), id)).toMatchObject({ priority: "normal" });
    });
  },
  { COLLAPSAR_ACCESS_KEY: key },
);
