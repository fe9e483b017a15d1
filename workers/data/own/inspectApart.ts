import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { OwnSet } from "../../../contract/data/ownSet.ts";
import type { DatasetPlaces } from "../sources/places.ts";
import { inspectOwnSet } from "./inspectOwnSet.ts";

/** Tables up to this size are read at once, in some hundredths of a second. */
const smallBytes = 500_000;
const threadMegabytes = 1_000;

interface Asked {
  inspect: { id: OwnSet["id"]; name: string; places: DatasetPlaces };
}

/**
 * inspectOwnSet for a process that must keep answering: a table that takes long is read in a thread of its own, as an agent that is silent
 * for seconds loses the leases of its runs. The thread's memory is bounded and given back.
 */
export async function inspectApart(id: OwnSet["id"], name: string, places: DatasetPlaces): Promise<OwnSet> {
  const size = id === "image-folder" ? 0 : ((await stat(join(places.folder ?? "", name)).catch(() => null))?.size ?? 0);
  const isSmall = size <= smallBytes && !(id === "text-file" && /\.gz$/i.test(name));
  return isSmall ? inspectOwnSet(id, name, places) : inThread({ inspect: { id, name, places } });
}

function inThread(asked: Asked): Promise<OwnSet> {
  const { id, name } = asked.inspect;
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), {
      workerData: asked,
      resourceLimits: { maxOldGenerationSizeMb: threadMegabytes },
    });
    thread.unref();
    thread.once("message", resolve);
    thread.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ERR_WORKER_OUT_OF_MEMORY") return reject(error);
      const warnings = [
        `${name} takes more than ${threadMegabytes} MB of memory to inspect: its contents are read when it is used.`,
      ];
      resolve({ id, name, problem: null, warnings, classNames: [], trainCounts: [], testCounts: null });
    });
    thread.once("exit", (code) => reject(new Error(`the thread that read ${name} ended with code ${code}`)));
  });
}

const asked = (isMainThread ? null : workerData) as Partial<Asked> | null;
if (asked?.inspect) {
  const { id, name, places } = asked.inspect;
  parentPort?.postMessage(await inspectOwnSet(id, name, places));
}
