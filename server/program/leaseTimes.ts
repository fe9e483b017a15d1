import { Failure } from "../../contract/failure.ts";
import { protocolTimes } from "../../contract/wire/workerProtocol.ts";

export interface LeaseTimes {
  heartbeatMs: number;
  leaseMs: number;
}

/** A lease outlives some heartbeats that come late. */
export function leaseTimes(heartbeat = String(protocolTimes.heartbeatMs), lease = String(protocolTimes.leaseMs)): LeaseTimes {
  const heartbeatMs = Number(heartbeat);
  const leaseMs = Number(lease);
  if (!/^\d{2,7}$/.test(heartbeat) || heartbeatMs < 50)
    throw new Failure("INVALID", `COLLAPSAR_HEARTBEAT_MS is "${heartbeat}": it must be a whole number of milliseconds from 50`);
  if (!/^\d{2,7}$/.test(lease) || leaseMs < 4 * heartbeatMs)
    throw new Failure(
      "INVALID",
      `COLLAPSAR_LEASE_MS is "${lease}": it must be a whole number of milliseconds, at least four heartbeats (${4 * heartbeatMs})`,
    );
  return { heartbeatMs, leaseMs };
}
