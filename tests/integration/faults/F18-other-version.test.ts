import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { workerProtocolVersion } from "../../../contract/wire/workerProtocol.ts";
import { numbered, started } from "../../support/builders/events.ts";
import { launch } from "../../support/builders/studies.ts";
import { leaseOf, RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { ProtocolServer } from "../../support/processes/protocolServer.ts";
import { makeFolder, removeFolder, scriptedWorker, spoolFiles, WorkerProcess } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

onBothDatabases("F18: a server", (server) => {
  test("tells a worker of another version which versions both have, and its run continues once the right one is installed", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started()]));
    for (const protocol of [workerProtocolVersion - 1, workerProtocolVersion + 1]) {
      const answer = await worker.hello({ protocol, holding: [leaseOf(lease)] });
      expect(answer).toMatchObject({ ok: false, code: "PROTOCOL_MISMATCH" });
      expect((answer as { message: string }).message).toContain(
        `version ${protocol} of the protocol, the server version ${workerProtocolVersion}:`,
      );
    }
    expect(await worker.hello({ holding: [leaseOf(lease)] })).toMatchObject({ ok: true, lost: [] });
    worker.close();
  });
});

describe("F18: a worker whose server comes back with another version", () => {
  let old: ProtocolServer;
  let folder: string;
  let worker: WorkerProcess;
  beforeEach(async () => {
    old = await new ProtocolServer().listen();
    folder = makeFolder();
  });
  afterEach(async () => {
    await worker.stop();
    await old.close();
    removeFolder(folder);
  });

  test("says so, trains on, and keeps what it has until it is let in", async () => {
    worker = new WorkerProcess(scriptedWorker, folder, `http://127.0.0.1:${old.port}`, "right", ["--slots", "1"]);
    await until("the worker is connected", () => old.isConnected);
    const run = await old.assign("steady", 300);
    await until("some points arrived", () => old.events(run).length > 20);
    await old.close();
    old.answerHello = { ok: false, code: "PROTOCOL_MISMATCH", message: "this server speaks version 99 of the protocol" };
    await old.listen();
    await until("it says so", () => worker.output.includes("this server speaks version 99 of the protocol (PROTOCOL_MISMATCH)"));
    await until("its run has finished", () => worker.output.includes("finished after 300 steps"), 60_000);
    expect(spoolFiles(folder)).toContain(`${run.runId}.1.jsonl`);
    expect(old.events(run).at(-1)!.event.kind).not.toBe("finished");
    old.answerHello = null;
    await until("all has arrived", () => old.last(run)?.kind === "finished", 60_000);
    const steps = old.events(run).flatMap(({ event }) => (event.kind === "measurement" ? [event.step] : []));
    expect(steps).toEqual(Array.from({ length: 301 }, (_, step) => step));
  });
});
