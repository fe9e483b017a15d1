import { Worker } from "node:worker_threads";
import { type ExternalFindings, externalFindings, type Measured } from "./externalFindings.ts";

/** Multiplications that are done at once in the server's own thread: some milliseconds. */
const inPlace = 4_000_000;
/** A thread that has nothing to do is let go. */
const idleMs = 30_000;

interface Answer {
  id: number;
  findings?: ExternalFindings;
  error?: string;
}

interface Waiting {
  resolve: (findings: ExternalFindings) => void;
  reject: (error: Error) => void;
}

let thread: Worker | null = null;
let idle: NodeJS.Timeout | undefined;
let lastId = 0;
const waiting = new Map<number, Waiting>();

/** About how many multiplications all measures of a split take: Gram matrices, distances of pairs and eigenvalues. */
const costOf = ({ sums }: Measured): number =>
  sums.layers.reduce((sum, { statistics: { classes, dim } }) => sum + 6 * classes ** 2 * (dim + 4 * Math.min(classes, dim)), 0);

/** The measures of a split; large ones in a thread of their own, one after the other. */
export async function measure(measured: Measured): Promise<ExternalFindings> {
  if (costOf(measured) <= inPlace) return externalFindings(measured);
  clearTimeout(idle);
  thread ??= openThread();
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    thread?.postMessage({ id, measured });
  });
}

function openThread(): Worker {
  const opened = new Worker(new URL("./measureThread.ts", import.meta.url));
  // The server's end does not wait for it.
  opened.unref();
  opened.on("message", ({ id, findings, error }: Answer) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (findings) asker?.resolve(findings);
    else asker?.reject(new Error(`measuring failed: ${error}`));
    if (waiting.size === 0) idle = setTimeout(close, idleMs).unref();
  });
  const ended = (error: Error) => {
    if (thread === opened) thread = null;
    for (const asker of waiting.values()) asker.reject(error);
    waiting.clear();
  };
  opened.once("error", (error) => ended(error instanceof Error ? error : new Error(String(error))));
  opened.once("exit", (code) => ended(new Error(`the thread that measures ended with code ${code}`)));
  return opened;
}

function close(): void {
  if (waiting.size === 0) void thread?.terminate();
}
