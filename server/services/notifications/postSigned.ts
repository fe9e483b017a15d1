import { createHmac } from "node:crypto";
import { lookup } from "node:dns";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { type BlockList, isIP, type LookupFunction } from "node:net";
import type { NotificationBody } from "../../../contract/wire/notifications.ts";
import { isOpenAddress } from "./openAddress.ts";

interface Letter {
  url: string;
  secret: string;
  body: NotificationBody;
}

interface Bounds {
  /** Private addresses that may be reached nevertheless. */
  allowed: BlockList;
  /** For everything: finding the address, connecting, and the first line of the answer. */
  timeoutMs: number;
  /** Of this program. */
  version: string;
}

/** Why an address is not reached. It does not say what the name resolves to: that would map the operator's network. */
const refusal =
  "this address is private, of this machine, or of no network: the operator can allow it by COLLAPSAR_WEBHOOK_NETWORKS";

/** "t=<seconds>,v1=<hex>", the HMAC-SHA256 of "<seconds>.<body>". */
export function signature(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}

/**
 * Sends a notification. Addresses are looked at when the connection is made, so that a name cannot resolve to another one then;
 * redirects are not followed, and of the answer only its status is read.
 * @returns null once it was taken (2xx), or what is wrong, in words for people
 */
export function postSigned({ url, secret, body }: Letter, { allowed, timeoutMs, version }: Bounds): Promise<string | null> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, "");
  // A literal address is not looked up: it is judged here, in the one form that URLs bring all forms to.
  if (isIP(host) !== 0 && !isOpenAddress(host, allowed)) return Promise.resolve(refusal);
  const openLookup: LookupFunction = (name, options, found) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error) return found(error, "", 0);
      const open = addresses.filter(({ address }) => isOpenAddress(address, allowed));
      const [first] = open;
      if (first === undefined) return found(Object.assign(new Error(refusal), { code: "REFUSED" }), "", 0);
      if (options.all) found(null, open);
      else found(null, first.address, first.family);
    });
  };
  const text = JSON.stringify(body);
  const seconds = Math.floor(Date.now() / 1000);
  return new Promise((resolve) => {
    const request = (target.protocol === "https:" ? requestHttps : requestHttp)(target, {
      method: "POST",
      lookup: openLookup,
      // A connection that another request left open was looked at then, not now.
      agent: false,
      headers: {
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(text)),
        "user-agent": `Collapsar/${version.replace(/[^\w.+-]/g, "-")}`,
        "collapsar-event": body.event,
        "collapsar-delivery": body.id,
        "collapsar-signature": signature(secret, seconds, text),
      },
    });
    const end = (problem: string | null) => {
      clearTimeout(limit);
      resolve(problem);
      request.destroy();
    };
    const limit = setTimeout(() => end(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
    request.once("response", ({ statusCode = 0 }) => {
      if (statusCode >= 200 && statusCode < 300) return end(null);
      end(
        statusCode >= 300 && statusCode < 400 ? `answered ${statusCode}: redirects are not followed` : `answered ${statusCode}`,
      );
    });
    request.on("error", (error: NodeJS.ErrnoException) => end(problemOf(error)));
    request.end(text);
  });
}

const problems: Record<string, string> = {
  ECONNREFUSED: "nothing listens at this address",
  ECONNRESET: "the connection was cut",
  ENOTFOUND: "this host name is unknown",
  EAI_AGAIN: "the host name could not be looked up just now",
  EHOSTUNREACH: "this address cannot be reached",
  ENETUNREACH: "this address cannot be reached",
  REFUSED: refusal,
};

function problemOf({ code = "", message }: NodeJS.ErrnoException): string {
  return (
    problems[code] ??
    (/CERT|TLS|SSL/.test(code) ? `its certificate or TLS is not in order (${code})` : code || message.slice(0, 200))
  );
}
