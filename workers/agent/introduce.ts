import { type DatasetAvailability, type Hello, workerProtocolVersion } from "../../contract/workerProtocol.ts";
import type { Attempt } from "./attempt.ts";
import { describeMachine, programVersion } from "./describeMachine.ts";

/** What a worker offers. */
export interface Offer {
  slots: number;
  /** Threads of one run: threads × slots does not exceed the cores. */
  threads: number;
  devices: string[];
  datasets: DatasetAvailability[];
}

const mostLeases = 1_000;

/** What a worker says when it connects. */
export function introduce(self: { workerId: string; name: string; offer: Offer; holding: Attempt[] }): Hello {
  const { workerId, name, offer, holding } = self;
  return {
    protocol: workerProtocolVersion,
    workerId,
    name,
    version: programVersion(),
    machine: describeMachine(),
    slots: offer.slots,
    devices: offer.devices,
    datasets: offer.datasets,
    holding: holding.slice(0, mostLeases).map((attempt) => attempt.spool.lease),
  };
}
