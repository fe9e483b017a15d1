import { describe, expect, test } from "vitest";
import { refuseRequest } from "../../../../server/access/checkSource.ts";
import { clientAddress, type Front, isSecure, neighbourhood, proxyList } from "../../../../server/access/front.ts";

const front = (trusted: string[], publicUrl = "http://studies.example.org"): Front => ({
  publicUrl,
  otherHosts: ["collapsar.lab.svc"],
  thisMachineOnly: false,
  trustedProxies: proxyList(trusted),
});
const asked = (remoteAddress: string | undefined, headers: Record<string, string> = {}) => ({
  socket: { remoteAddress },
  headers,
});
const from = (trusted: string[], remote: string | undefined, forwarded?: string) =>
  clientAddress(front(trusted), asked(remote, forwarded === undefined ? {} : { "x-forwarded-for": forwarded }));

describe("Who asks", () => {
  test("is the other end of the line, whatever it says of itself, unless that is a trusted proxy", () => {
    expect(from([], "203.0.113.9", "198.51.100.1")).toBe("203.0.113.9");
    expect(from(["10.0.0.0/8"], "203.0.113.9", "198.51.100.1")).toBe("203.0.113.9");
    expect(from(["10.0.0.7"], "10.0.0.8", "198.51.100.1")).toBe("10.0.0.8");
    expect(from([], undefined, "198.51.100.1")).toBe("");
  });
  test("is what a trusted proxy says: the right-most address that is no proxy's", () => {
    expect(from(["10.0.0.0/8"], "10.1.2.3", "198.51.100.1")).toBe("198.51.100.1");
    expect(from(["10.0.0.0/8"], "::ffff:10.1.2.3", "198.51.100.1")).toBe("198.51.100.1");
    expect(from(["10.0.0.0/8"], "10.1.2.3", "::ffff:198.51.100.1")).toBe("198.51.100.1");
    expect(from(["fd00::/8"], "fd00::1", "2001:db8::5")).toBe("2001:db8::5");
    for (const written of [
      "::ffff:c633:6401",
      "0:0:0:0:0:ffff:198.51.100.1",
      "0:0:0:0:0:FFFF:C633:6401",
      "[::FFFF:c633:6401]:80",
    ])
      expect(from(["10.0.0.0/8"], "10.1.2.3", written), written).toBe("198.51.100.1");
    expect(from(["10.0.0.0/8"], "10.1.2.3", "2001:0DB8:0::0005")).toBe("2001:db8::5");
    expect(from(["10.0.0.0/8"], "10.1.2.3", "fe80::1%eth0")).toBe("fe80::1%eth0");
    // Two proxies, one behind the other.
    expect(from(["10.0.0.0/8", "192.0.2.4"], "10.1.2.3", "198.51.100.1, 192.0.2.4")).toBe("198.51.100.1");
  });
  test("is not what a client wrote into the header before its proxy added the truth", () => {
    expect(from(["10.0.0.0/8"], "10.1.2.3", "1.1.1.1, 198.51.100.1")).toBe("198.51.100.1");
    expect(from(["10.0.0.0/8"], "10.1.2.3", "10.9.9.9, 198.51.100.1")).toBe("198.51.100.1");
    expect(from(["10.0.0.0/8"], "10.1.2.3", "1.1.1.1, 198.51.100.1, 10.4.4.4")).toBe("198.51.100.1");
  });
  test("is the proxy where its header says nothing that is an address", () => {
    for (const header of [undefined, "", " ", "unknown", "_hidden", "1.1.1.1, unknown", "1.1.1.1,", "999.1.1.1", "[::zz]"])
      expect(from(["10.0.0.0/8"], "10.1.2.3", header), header).toBe("10.1.2.3");
  });
  test("is told without a port", () => {
    expect(from(["10.0.0.0/8"], "10.1.2.3", "198.51.100.1:4711")).toBe("198.51.100.1");
    expect(from(["10.0.0.0/8"], "10.1.2.3", "[2001:db8::5]:4711")).toBe("2001:db8::5");
  });
});

test("https is what the public address says, or a trusted proxy, and nobody else", () => {
  const https = { "x-forwarded-proto": "https" };
  expect(isSecure(front([], "https://studies.example.org"), asked("203.0.113.9"))).toBe(true);
  expect(isSecure(front(["10.0.0.0/8"]), asked("10.1.2.3", https))).toBe(true);
  expect(isSecure(front(["10.0.0.0/8"]), asked("10.1.2.3", { "x-forwarded-proto": "https, http" }))).toBe(false);
  expect(isSecure(front(["10.0.0.0/8"]), asked("203.0.113.9", https))).toBe(false);
  expect(isSecure(front([]), asked("10.1.2.3", https))).toBe(false);
});

test("the public address, further names and plain addresses are this server's, other names are not", () => {
  const reason = (headers: Record<string, string>) => refuseRequest({ headers, httpVersion: "1.1" }, front([]));
  for (const host of ["studies.example.org", "collapsar.lab.svc:4040", "10.1.2.3:4040", "localhost"])
    expect(reason({ host }), host).toBeNull();
  expect(reason({ host: "collapsar.lab.svc:4040", origin: "http://collapsar.lab.svc:4040" })).toBeNull();
  expect(reason({ host: "10.1.2.3:4040", origin: "http://studies.example.org" })).toBeNull();
  for (const host of ["collapsar.lab.svc.evil.example", "lab.svc", "evil.example"])
    expect(reason({ host }), host).toContain("COLLAPSAR_OTHER_HOSTS");
  expect(reason({ host: "studies.example.org", origin: "http://collapsar.lab.svc:4040" })).toContain("other sites");
});

test("those who knock are told apart by their network, of which a household has one", () => {
  expect(neighbourhood("198.51.100.1")).toBe("198.51.100.1");
  expect(neighbourhood("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
  expect(neighbourhood("2001:db8:1:2::9")).toBe("2001:db8:1:2::/64");
  expect(neighbourhood("2001:0db8::1")).toBe("2001:db8:0:0::/64");
  expect(neighbourhood("::1")).toBe("0:0:0:0::/64");
  expect(neighbourhood("")).toBe("");
});

test.each(["10.0.0.0/33", "10.0.0", "proxy.example.org", "10.0.0.0/-1", "::/129", "10.0.0.0/8/8", "/8"])(
  "%s is no address and no range",
  (entry) => expect(() => proxyList([entry])).toThrow(entry),
);
