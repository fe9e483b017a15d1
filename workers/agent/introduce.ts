import { type DatasetAvailability, type Hello, type Lease, workerProtocolVersion } from "../../contract/wire/workerProtocol.ts";
import { readProgramVersion } from "../programVersion.ts";
import type { Attempt } from "./attempt.ts";
import { describeMachine } from "./describeMachine.ts";
import type { Identity } from "./identity.ts";

/** What a worker offers. */
export interface Offer {
  slots: number;
  /** Threads of one run: threads × slots does not exceed the cores. */
  threads: number;
  devices: string[];
  datasets: DatasetAvailability[];
}

/** Read once: it is that of the sources this process was started from. */
const version = readProgramVersion();
const maxLeases = 1_000;

/** What a worker says when it connects. */
export function introduce(self: { identity: Identity; name: string; offer: Offer; holding: Attempt[]; kept: Lease[] }): Hello {
  const { identity, name, offer, holding, kept } = self;
  return {
    protocol: workerProtocolVersion,
    workerId: identity.workerId,
    identity: identity.introduce(),
    name,
    version,
    machine: describeMachine(),
    slots: offer.slots,
    devices: offer.devices,
    datasets: offer.datasets,
    holding: holding.slice(0, maxLeases).map((attempt) => attempt.spool.lease),
    kept,
  };
}
