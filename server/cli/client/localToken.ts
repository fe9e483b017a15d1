import { askServer } from "../../backup/controlSocket.ts";
import { isLoopback } from "../../program/addressSettings.ts";
import { storagePlace } from "../../program/env.ts";

/**
 * A token of the server at this address, if it runs on this machine for this user: it is asked for by a socket in its data folder, so
 * that nothing secret is sent to whatever else may listen at that port.
 * @returns null where there is no such server
 */
export async function localToken(url: string): Promise<string | null> {
  const { hostname, port, protocol } = new URL(url);
  if (protocol !== "http:" || !isLoopback(hostname.replace(/^\[|\]$/g, ""))) return null;
  const given = await askServer(storagePlace().dataDir, "token").catch(() => null);
  return given !== null && given.port === Number(port || 80) ? given.token : null;
}
