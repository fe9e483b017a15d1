import { BlockList, isIP } from "node:net";

const refused = new BlockList();
const ranges4 = [
  ...[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
  ],
  ...["192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
];
for (const range of ranges4) refused.addSubnet(range.split("/")[0]!, Number(range.split("/")[1]), "ipv4");

/** Of IPv6 only what is routed at all may be reached, without the ranges in which an IPv4 address hides: Teredo, 6to4, documentation. */
const routed6 = new BlockList();
routed6.addSubnet("2000::", 3, "ipv6");
const hidden6 = new BlockList();
for (const [address, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  hidden6.addSubnet(address, bits, "ipv6");

/** The IPv4 address that an IPv6 one maps (::ffff:a.b.c.d), or null. */
function mapped(address: string): string | null {
  // Node and URL write it in one of two ways.
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (dotted) return dotted[1]!;
  const pair = /^(?:0*:){0,5}:?ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  if (!pair) return null;
  const [high, low] = [Number.parseInt(pair[1]!, 16), Number.parseInt(pair[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** Whether a webhook may be sent to an address: one of the Internet, or one that the operator allows. */
export function isOpenAddress(address: string, allowed: BlockList): boolean {
  const plain = address.replace(/%.*$/, "");
  const four = isIP(plain) === 4 ? plain : mapped(plain);
  if (four !== null) return allowed.check(four, "ipv4") || !refused.check(four, "ipv4");
  if (isIP(plain) !== 6) return false;
  return allowed.check(plain, "ipv6") || (routed6.check(plain, "ipv6") && !hidden6.check(plain, "ipv6"));
}
