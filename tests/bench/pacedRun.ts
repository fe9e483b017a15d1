import { setTimeout as sleep } from "node:timers/promises";
import { layerMetrics } from "../../contract/metrics/metricInfo.ts";
import { seriesKey } from "../../contract/metrics/seriesKey.ts";
import type { FromRun, ToRun } from "../../workers/run/messages.ts";
import { openSpool } from "../../workers/spool/spool.ts";
import { startedEvent } from "../support/builders/startedEvent.ts";

/**
 * A run's process that measures at a given pace instead of training, so that a bench can say at which load its figures are:
 * the experiment's name is `<points per second> for <seconds>`; a measurement has 60 of them.
 */
const send = (message: FromRun) => process.send?.(message);
const layers = 6;

process.on("message", (message: ToRun) => {
  if (message.type === "assign") void measure(message);
  else process.exit(0);
});
process.on("disconnect", () => process.exit(0));
send({ type: "ready" });

async function measure({ runs }: Extract<ToRun, { type: "assign" }>): Promise<void> {
  const [{ assignment, paths }] = runs;
  const { runId } = assignment;
  const [, rate, seconds] = /^(\d+) for (\d+)$/.exec(assignment.experimentName)!.map(Number);
  const keys = layerMetrics.flatMap((metric) =>
    Array.from({ length: layers }, (_, layer) => seriesKey("train", metric, layer + 1)),
  );
  const spool = openSpool(paths.spool);
  const events = Math.round((rate / keys.length) * seconds);
  spool.append(startedEvent(events, "a paced run computes nothing"));
  const begun = performance.now();
  for (let step = 0; step <= events; step++) {
    const values = Object.fromEntries(keys.map((key) => [key, Math.random()]));
    send({ type: "spooled", runId, seq: spool.append({ kind: "measurement", step, values, missing: {} }) });
    await sleep(Math.max(0, begun + ((step + 1) * keys.length * 1000) / rate - performance.now()));
  }
  send({ type: "spooled", runId, seq: spool.append({ kind: "finished", step: events, elapsedMs: performance.now() - begun }) });
  process.exit(0);
}
