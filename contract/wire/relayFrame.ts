import { z } from "zod";
import type { WatchItem } from "./watchProtocol.ts";

/**
 * server → other servers of its database: what happened in rooms that pages at those watch. `sent` counts the frames with rooms; one
 * without says that the sender lives, and how many there were.
 */
export const relayFrame = z.object({
  from: z.uuid(),
  sent: z.int().min(0),
  rooms: z.array(z.tuple([z.string(), z.array(z.custom<WatchItem>((item) => typeof item === "object" && item !== null))])),
});
export type RelayFrame = z.infer<typeof relayFrame>;
