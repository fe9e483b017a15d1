import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type Lease, lease as leaseSchema } from "../../contract/wire/workerProtocol.ts";
import { replaceFile } from "../files/replaceFile.ts";

/** Kept in a file beside a spool, so that a later life of the agent can continue with it. */
interface SpoolState {
  lease: Lease;
  /** The run's process (see processIdentity). */
  process: string | null;
  /** Events up to this number are stored by the server. */
  acked: number;
}

/** On disk it names the spool's folder too: in a copy of it, the process is another worker's. Absent in states of earlier versions. */
type StoredState = SpoolState & { place?: string };

/** @throws if the disk cannot be written */
export function writeSpoolState(file: string, { lease, process, acked }: SpoolState): void {
  const stored: StoredState = { lease, process, place: placeOf(file), acked };
  replaceFile(file, JSON.stringify(stored));
}

/** @returns null if the file is no such state */
export function readSpoolState(file: string): SpoolState | null {
  try {
    const { lease, process, place, acked } = JSON.parse(readFileSync(file, "utf8")) as StoredState;
    const isCopy = place !== undefined && place !== placeOf(file);
    return { lease: leaseSchema.parse(lease), process: isCopy ? null : process, acked };
  } catch {
    return null;
  }
}

/** Tells a folder from a copy of it, wherever it is moved to. */
function placeOf(path: string): string {
  const { dev, ino } = statSync(dirname(path));
  return `${dev}:${ino}`;
}
