import { execFile } from "node:child_process";
import { join } from "node:path";
import type { DatasetAvailability } from "../../../contract/wire/workerProtocol.ts";
import { count } from "../count.ts";
import { type Check, codeOf, fault, ok } from "./check.ts";

/** Drivers take their time, and a broken one never ends. */
const patienceMs = 90_000;
/** Before this program was written: a machine that thinks so has lost its time. */
const earliest = Date.UTC(2026, 0, 1);

interface Offer {
  slots: number;
  threads: number;
  devices: string[];
  datasets: DatasetAvailability[];
}

/** Devices and data sets, as a worker on this machine would offer them; asked in a process of its own, which a driver may end. */
export async function checkMachine(root: string): Promise<Check[]> {
  const ended = await new Promise<{ out: string; error: Error | null; said: string }>((resolve) =>
    execFile(
      process.execPath,
      [join(root, "workers/agent/offerProgram.ts")],
      { timeout: patienceMs, killSignal: "SIGKILL", maxBuffer: 1e7 },
      (error, out, said) => resolve({ out, error, said }),
    ),
  );
  const offer = lastLine(ended.out);
  if (offer === null)
    return [
      fault(
        "devices",
        `they cannot be tried: ${reasonIn(ended.said) ?? (ended.error === null ? "no answer" : codeOf(ended.error))}`,
        "try “npx collapsar worker --device cpu …”, and see the drivers' own tools",
      ),
    ];
  return [checkDevices(offer), checkDatasets(offer)];
}

function lastLine(out: string): Offer | null {
  try {
    return JSON.parse(out.trim().split("\n").at(-1) ?? "") as Offer;
  } catch {
    return null;
  }
}

/** The message of an error that ended it. */
const reasonIn = (said: string): string | null => /(?:^|\n)(?:Failure|Error|TypeError)[^\n:]*: ([^\n]+)/.exec(said)?.[1] ?? null;

function checkDevices({ slots, threads, devices }: Offer): Check {
  if (devices.length === 0)
    return fault(
      "devices",
      "none that runs could compute on",
      "run “npm ci --omit=dev” again: ONNX Runtime for the CPU comes with it",
    );
  return ok("devices", `${devices.join("; ")}; ${count(slots, "slot")} of ${count(threads, "thread")}`);
}

function checkDatasets({ datasets }: Offer): Check {
  const there = datasets.filter(({ available }) => available).map(({ id }) => id);
  const away = datasets.filter(({ available }) => !available).map(({ id }) => id);
  const found = `here: ${there.join(", ")}${away.length > 0 ? `; not here: ${away.join(", ")}` : ""}`;
  const wayOut = "the Workers page says of each where its files go; some are downloaded when a run needs them";
  return { name: "data sets", state: "ok", found, wayOut: away.length === 0 ? null : wayOut };
}

export function checkClock(now = Date.now()): Check {
  return now < earliest
    ? fault(
        "clock",
        `this machine thinks that it is ${new Date(now).toISOString()}`,
        "set its clock by NTP: tokens and certificates seem not to be valid yet",
      )
    : ok("clock", new Date(now).toISOString());
}
