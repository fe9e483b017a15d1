import { type BlockList, isIP } from "node:net";
import { Failure } from "../../contract/failure.ts";
import { proxyList } from "../access/front.ts";
import { keyHint } from "./keySettings.ts";

export const hostnameOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, "");

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

export function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new Failure("INVALID", `COLLAPSAR_PORT is "${text}": it must be a whole number from 0 to 65535 (0 = any free one)`);
  return port;
}

export function publicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new Failure("INVALID", `COLLAPSAR_PUBLIC_URL is "${text}": it must begin with http:// or https://`);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "")
    throw new Failure(
      "INVALID",
      `COLLAPSAR_PUBLIC_URL is "${text}": Collapsar is served at the root of an address, not under the path "${url.pathname}${url.search}${url.hash}". Give it a host name or a port of its own, e.g. ${url.origin}`,
    );
  if (url.username !== "" || url.password !== "")
    throw new Failure("INVALID", "COLLAPSAR_PUBLIC_URL holds a user name or a password: links would show it. Leave it out.");
  return url.origin;
}

export function redisUrl(text: string | null, databaseUrl: string | null): string | null {
  if (text === null) return null;
  const isAddress = URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol);
  // It may hold a password: it is not repeated.
  if (!isAddress) throw new Failure("INVALID", "REDIS_URL must begin with redis:// or rediss://, e.g. redis://127.0.0.1:6379");
  if (databaseUrl === null)
    throw new Failure(
      "INVALID",
      "REDIS_URL is set and DATABASE_URL is not: Redis connects several servers of one Postgres. Leave it out, or set DATABASE_URL.",
    );
  return text;
}

const listOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

export function hostNames(text: string, hasKey: boolean): string[] {
  const names = listOf(text.toLowerCase());
  const wrong = names.find((name) => !/^[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?$/.test(name));
  if (wrong !== undefined)
    throw new Failure(
      "INVALID",
      `COLLAPSAR_OTHER_HOSTS names "${wrong}": it must hold host names without protocol and port, e.g. collapsar.lab.svc`,
    );
  if (names.length > 0 && !hasKey)
    throw new Failure(
      "INVALID",
      `COLLAPSAR_OTHER_HOSTS is set, so others reach this server: set COLLAPSAR_ACCESS_KEY too. ${keyHint}`,
    );
  return names;
}

export function trustedProxies(text: string, hasKey: boolean): BlockList {
  if (listOf(text).length > 0 && !hasKey)
    throw new Failure(
      "INVALID",
      `COLLAPSAR_TRUSTED_PROXIES is set, so others reach this server: set COLLAPSAR_ACCESS_KEY too. ${keyHint}`,
    );
  return addressRanges("COLLAPSAR_TRUSTED_PROXIES", text);
}

/** Private addresses that webhooks may be sent to. */
export const webhookNetworks = (text: string): BlockList => addressRanges("COLLAPSAR_WEBHOOK_NETWORKS", text);

function addressRanges(name: string, text: string): BlockList {
  try {
    return proxyList(listOf(text));
  } catch (error) {
    throw new Failure(
      "INVALID",
      `${name} names "${(error as Error).message}": it must hold addresses or ranges such as 10.0.0.7 or 10.0.0.0/8`,
    );
  }
}
