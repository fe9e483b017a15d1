import type { PacksOffered } from "../../contract/wire/packs.ts";
import { type DatasetAvailability, type Hello, type Lease, workerProtocolVersion } from "../../contract/wire/workerProtocol.ts";
import { readProgramVersion } from "../programVersion.ts";
import type { Attempt } from "./attempts/attempt.ts";
import type { Identity } from "./identity.ts";
import { describeMachine } from "./machine/describeMachine.ts";
import type { Capacity } from "./machine/findCapacity.ts";
import { gpuList } from "./machine/gpus/gpuReport.ts";

/** What a worker offers. */
export interface Offer extends Capacity {
  datasets: DatasetAvailability[];
  /** It has its identity for this one life. */
  ephemeral: boolean;
  /** For how much longer its runs train; undefined: without an end. */
  minutesLeft: number | undefined;
}

/** Read once: it is that of the sources this process was started from. */
const version = readProgramVersion();
const maxLeases = 1_000;

interface HelloParts {
  identity: Identity;
  name: string;
  offer: Offer;
  holding: Attempt[];
  kept: Lease[];
  packs: PacksOffered;
}

/** What a worker reports about itself when it connects. */
export function makeHello(self: HelloParts): Hello {
  const { identity, name, offer, holding, kept, packs } = self;
  return {
    protocol: workerProtocolVersion,
    workerId: identity.workerId,
    identity: identity.forHello(),
    name,
    version,
    machine: { ...describeMachine(), ...gpuList(offer.gpus) },
    slots: offer.slots,
    devices: offer.devices,
    datasets: offer.datasets,
    ...(offer.ephemeral && { ephemeral: true }),
    ...(offer.minutesLeft !== undefined && { minutesLeft: offer.minutesLeft }),
    holding: holding.slice(0, maxLeases).map((attempt) => attempt.spool.lease),
    kept,
    packs,
  };
}
