import type { IncomingMessage } from "node:http";
import { BlockList, isIP, isIPv6 } from "node:net";

/** By which names this server is reached, and through whom. */
export interface Front {
  /** Address that people use, without a slash at its end. */
  publicUrl: string;
  /** Further host names by which workers and programs reach it. */
  otherHosts: readonly string[];
  /** No request is taken that a proxy passed on. */
  thisMachineOnly: boolean;
  /** Proxies whose word on a client's address and protocol counts. */
  trustedProxies: BlockList;
}

type Asked = Pick<IncomingMessage, "headers"> & { socket: { remoteAddress?: string } };

/** An address in one notation: an IPv4 address that came by a socket of both kinds, however it is written, is an IPv4 address. */
function plain(address: string): string {
  // One of a single link names its interface, which no URL can.
  if (!isIPv6(address) || address.includes("%")) return address;
  const shortest = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, ...halves] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(shortest) ?? [];
  if (halves.length === 0) return shortest;
  return halves
    .map((half) => Number.parseInt(half, 16))
    .flatMap((bits) => [bits >> 8, bits & 255])
    .join(".");
}

/** An entry of X-Forwarded-For without its port; "" where it is no address. */
function addressIn(entry: string): string {
  const text = entry.trim();
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return isIP(bare) === 0 ? "" : plain(bare);
}

const isTrusted = (front: Front, address: string): boolean =>
  isIP(address) !== 0 && front.trustedProxies.check(address, isIPv6(address) ? "ipv6" : "ipv4");

const listIn = (header: string | string[] | undefined): string[] =>
  header === undefined ? [] : [header].flat().join(",").split(",");

/**
 * Who asks: the other end of the line, or the right-most address in X-Forwarded-For that is no trusted proxy's where the other end is
 * one. What a client writes into that header itself stands to the left of what the first trusted proxy added, and does not count.
 */
export function clientAddress(front: Front, { headers, socket }: Asked): string {
  let address = plain(socket.remoteAddress ?? "");
  const passed = listIn(headers["x-forwarded-for"]);
  while (isTrusted(front, address)) {
    const before = addressIn(passed.pop() ?? "");
    if (before === "") break;
    address = before;
  }
  return address;
}

/** Whether people reach this server by https, as far as it knows: cookies are then for https alone. */
export function isSecure(front: Front, { headers, socket }: Asked): boolean {
  if (front.publicUrl.startsWith("https:")) return true;
  return isTrusted(front, plain(socket.remoteAddress ?? "")) && listIn(headers["x-forwarded-proto"]).at(-1)?.trim() === "https";
}

/** Those who knock are told apart by this: whoever has one IPv6 address has 2^64 of them. */
export function neighbourhood(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const all =
    tail === undefined ? groups : [...groups, ...Array(Math.max(0, 8 - groups.length - after.length)).fill("0"), ...after];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

/** @throws TypeError with the entry that is neither an address nor a range in CIDR notation */
export function proxyList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [, address = "", bits] = /^([^/]+?)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
    const family = isIP(address);
    if (family === 0 || Number(bits ?? 0) > (family === 6 ? 128 : 32)) throw new TypeError(entry);
    const kind = family === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, kind);
    else list.addSubnet(address, Number(bits), kind);
  }
  return list;
}
