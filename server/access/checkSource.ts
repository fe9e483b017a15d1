import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { Front } from "./front.ts";
import { refusals } from "./refusals.ts";

/**
 * Whether a request may come from where it says. Its Host must be an address or a name of this server's: a foreign name that
 * resolves to this machine (DNS rebinding) is refused. Its Origin, where a browser sends one, must be this server's own.
 * @returns null if it may, else the reason
 */
export function refuseSource(headers: IncomingHttpHeaders, publicUrl: string, otherHosts: readonly string[] = []): string | null {
  const host = headers.host ?? "";
  const name = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, "") : "";
  const own = new URL(publicUrl);
  if (name !== "localhost" && isIP(name) === 0 && name !== own.hostname && !otherHosts.includes(name))
    return `The host "${host.slice(0, 100)}" is not this server's: set COLLAPSAR_PUBLIC_URL to the address that people use, or name it in COLLAPSAR_OTHER_HOSTS.`;
  const { origin } = headers;
  if (origin !== undefined && !(URL.canParse(origin) && (new URL(origin).host === host || origin === own.origin)))
    return refusals.otherSite;
  return null;
}

/** What a proxy adds to a request that it passes on. */
const forwarded =
  /^(forwarded|x-(original-)?forwarded(-\w+)*|via|(x-real|cf-connecting|x-client|true-client|fly-client)-ip|x-envoy-external-address)$/;

/**
 * A server that was given no access key is for this machine alone: a request that a proxy passed on comes from elsewhere.
 * @returns null if it came by itself, else the reason
 */
export function refuseForwarded(headers: IncomingHttpHeaders): string | null {
  const header = Object.keys(headers).find((name) => forwarded.test(name));
  return header === undefined
    ? null
    : `This request was passed on by a proxy (it carries "${header}"), and this server only serves its own machine: start it with COLLAPSAR_ACCESS_KEY.`;
}

/** No browser speaks HTTP/1.0 and nginx does, as it comes: it passes requests on as its own, without a header that says so. */
const refuseOld = (httpVersion: string): string | null =>
  httpVersion === "1.0"
    ? "This request came by HTTP/1.0, as from a proxy, and this server only serves its own machine: start it with COLLAPSAR_ACCESS_KEY."
    : null;

/** All of these: the door of every request and socket. @returns null if it may pass, else the reason */
export const refuseRequest = (
  { headers, httpVersion }: Pick<IncomingMessage, "headers" | "httpVersion">,
  { publicUrl, otherHosts, thisMachineOnly }: Front,
): string | null =>
  refuseSource(headers, publicUrl, otherHosts) ?? (thisMachineOnly ? (refuseForwarded(headers) ?? refuseOld(httpVersion)) : null);

/** Whether a browser says that another site's page made this request. */
export const isCrossSite = (headers: IncomingHttpHeaders): boolean => {
  const site = headers["sec-fetch-site"];
  return site === "cross-site" || site === "same-site";
};
