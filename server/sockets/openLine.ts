import { createAdapter as postgresAdapter } from "@socket.io/postgres-adapter";
import { createAdapter as redisAdapter } from "@socket.io/redis-streams-adapter";
import { createClient } from "redis";
import type { ServerOptions } from "socket.io";
import { openRelayPool } from "../../db/relayPool.ts";
import { log } from "../log/log.ts";

/** What carries frames from server to server. */
export interface Line {
  adapter: ServerOptions["adapter"];
  /** After the sockets are closed. */
  close(): Promise<void>;
}

const slowestRetryMs = 3_000;
/** Commands that wait for a Redis that is away. */
const maxWaiting = 1_000;
const blockMs = 1_000;

/** Between the servers of an external database. @returns null for an embedded one, which has one server */
export function openLine(address: string | null, redisUrl: string | null, installationId: string): Line | null {
  if (address === null) return null;
  return redisUrl === null ? postgresLine(address) : redisLine(redisUrl, `collapsar:${installationId}`);
}

/** By LISTEN and NOTIFY, and a table for what is too long for those. What it cannot send is noticed by the relay. */
function postgresLine(address: string): Line {
  const { pool, close } = openRelayPool(address);
  const adapter = postgresAdapter(pool, {
    channelPrefix: "collapsar",
    tableName: "relayed_frames",
    // Postgres takes less than 8,000 bytes, not so many.
    payloadThreshold: 7_900,
    errorHandler: (error) => log.warning(`A message to or from another server was lost: ${error.message}`),
  });
  return { adapter, close };
}

/**
 * By Redis. While it is away the server works on: what its own pages watch needs none, and it is found again by itself.
 * @param name of its channels, for this database alone: one Redis may serve several
 */
function redisLine(url: string, name: string): Line {
  const client = createClient({
    url,
    commandsQueueMaxLength: maxWaiting,
    socket: { connectTimeout: 5_000, reconnectStrategy: (tries) => Math.min(slowestRetryMs, 100 * 2 ** Math.min(tries, 10)) },
  });
  let isAway = false;
  client.on("error", (error: Error) => {
    if (!isAway) log.warning(`Redis (REDIS_URL) is not answering: ${error.message}. Pages at other servers see updates late.`);
    isAway = true;
  });
  client.on("ready", () => {
    if (isAway) log.info("Redis answers again.");
    isAway = false;
  });
  const publish = client.publish.bind(client);
  // What is sent while it is away is lost, not kept: the relay notices, and pages read again.
  const publishNow = async (channel: string, message: string) => (client.isReady ? publish(channel, message).catch(() => 0) : 0);
  Object.defineProperty(client, "publish", { value: publishNow });
  client.connect().catch((error) => log.error("connecting to Redis", error));
  const adapter = redisAdapter(client, { streamName: name, channelPrefix: name, blockTimeInMs: blockMs, onlyPlaintext: true });
  return {
    adapter,
    close: async () => client.destroy(),
  };
}
