import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../contract/failure.ts";
import type { Executor } from "../../db/database.ts";
import { listOtherServers, recordSignInMark } from "../../db/queries/servers.ts";

const lookMs = 500;

/**
 * Refuses a server that would sign people in otherwise than those that run: each would end the sessions that the other opens.
 * @param mark says by which key, and nothing of it
 * @param deadMs a server that was killed counts as running for so long
 * @throws Failure CONFLICT naming the other server
 */
export async function agreeOnSignIn(db: Executor, serverId: string, mark: string, deadMs: number): Promise<void> {
  await recordSignInMark(db, serverId, mark);
  for (const deadline = performance.now() + deadMs + 2 * lookMs; ; await sleep(lookMs)) {
    const others = await listOtherServers(db, serverId, deadMs);
    const other = others.find(({ signInMark }) => signInMark !== null && signInMark !== mark);
    if (other === undefined) return;
    if (performance.now() < deadline) continue;
    throw new Failure(
      "CONFLICT",
      `Another server of this database (process ${other.pid} on ${other.host}) has a different access key: give all servers the same COLLAPSAR_ACCESS_KEY.`,
    );
  }
}
