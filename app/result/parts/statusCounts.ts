import type { RunStatus } from "../../../contract/status.ts";
import { statusText } from "../../ui/Badge.tsx";

/** "2 running", "1 queued": in the order in which the statuses come. */
export function statusCounts(members: readonly { status: RunStatus }[]): string[] {
  const counts = new Map<RunStatus, number>();
  for (const { status } of members) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${statusText(status)}`);
}
