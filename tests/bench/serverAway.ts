/**
 * What the server's absence costs a training: step times of one run while its server is there and while it is killed, in turn.
 * `npm run bench:away [-- --seconds 60 --rounds 3]`
 */

import { cpus, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { median } from "../../math/statistics/quantile.ts";
import { connect, ledgerOf, smallStudy } from "../support/builders/study.ts";
import { ServerProcess } from "../support/processes/serverProcess.ts";
import { makeFolder, realWorker, removeFolder, WorkerProcess } from "../support/processes/workerProcess.ts";
import { until } from "../support/until.ts";

const { values: flags } = parseArgs({
  options: {
    /** Of each time with, and of each without a server. */
    seconds: { type: "string", default: "60" },
    rounds: { type: "string", default: "3" },
  },
});
const seconds = Number(flags.seconds);
/** After each change: reconnecting, and sending what has gathered, belong to neither. */
const settleMs = Math.min(5_000, 250 * seconds);

const server = await ServerProcess.start();
const folder = makeFolder();
const api = connect(server.url);
const { token } = await api.workers.createToken.mutate({ name: "bench" });
const worker = new WorkerProcess(realWorker, folder, server.url, token, ["--slots", "1"]);
try {
  const load = () => `load ${loadavg()[0].toFixed(1)}`;
  console.log(`${cpus().length} × ${cpus()[0].model.trim()}, ${load()}; node ${process.versions.node}`);
  await until("the worker is connected", () => worker.output.includes("Connected to"), 30_000);
  const config = smallStudy({ depths: [8], widths: [64], steps: 1_000_000, measuring: { name: "every", steps: 100 } });
  const { id } = await api.experiments.launch.mutate({ name: "away", config });
  const [run] = (await api.experiments.get.query({ id })).runs;
  const measured = () => ledgerOf([folder], run.id).flat().length > 20;
  await until("the run trains", measured, 90_000);
  const windows: { with: [number, number]; without: [number, number] }[] = [];
  const window = async (): Promise<[number, number]> => {
    await sleep(settleMs);
    const from = Date.now();
    await sleep(1_000 * seconds);
    return [from, Date.now()];
  };
  for (let round = 0; round < Number(flags.rounds); round++) {
    const present = await window();
    await server.kill();
    const absent = await window();
    await server.again();
    windows.push({ with: present, without: absent });
  }
  const events = ledgerOf([folder], run.id).flat();
  const timesIn = ([from, to]: [number, number]) =>
    events.flatMap(({ at, event }) =>
      event.kind === "measurement" && at > from && at <= to ? [event.values["train/stepMs"]] : [],
    );
  for (const [round, each] of windows.entries()) {
    const [present, absent] = [timesIn(each.with), timesIn(each.without)].map(median);
    console.log(`round ${round + 1}: ${present.toFixed(3)} ms per step with the server, ${absent.toFixed(3)} ms without it`);
  }
  const [present, absent] = [windows.flatMap((each) => timesIn(each.with)), windows.flatMap((each) => timesIn(each.without))];
  const change = 100 * (median(absent) / median(present) - 1);
  console.log(
    `median of ${present.length} and ${absent.length} measuring periods: ${median(present).toFixed(3)} and ${median(absent).toFixed(3)} ms, ${change.toFixed(2)} % more without; ${load()}`,
  );
  await api.experiments.cancel.mutate({ id });
} finally {
  await worker.stop();
  await server.stop();
  removeFolder(folder);
}
