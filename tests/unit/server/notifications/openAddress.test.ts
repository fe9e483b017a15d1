import { BlockList } from "node:net";
import { expect, test } from "vitest";
import { boundValue, createHookRequest, hasPassed } from "../../../../contract/wire/notifications.ts";
import { isOpenAddress } from "../../../../server/services/notifications/openAddress.ts";
import { signature } from "../../../../server/services/notifications/postSigned.ts";

const none = new BlockList();

test.each([
  ...["127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "100.64.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255"],
  ...["192.168.1.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255"],
  ...["::", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:ffff:a00:1", "::ffff:169.254.169.254", "::127.0.0.1"],
  ...[
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001::1",
    "2001:db8::1",
  ],
  ...["not an address", ""],
])("no webhook goes to %s", (address) => {
  expect(isOpenAddress(address, none)).toBe(false);
});

test.each(["93.184.216.34", "8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:2800:220:1::1", "::ffff:8.8.8.8", "::ffff:808:808"])(
  "one may go to %s",
  (address) => {
    expect(isOpenAddress(address, none)).toBe(true);
  },
);

test("the operator can allow a network, and nothing beside it", () => {
  const allowed = new BlockList();
  allowed.addSubnet("10.0.0.0", 16, "ipv4");
  allowed.addAddress("::1", "ipv6");
  const ways = ["10.0.1.2", "::ffff:10.0.1.2", "::ffff:a00:102", "::1", "10.1.0.1", "127.0.0.1", "::2"];
  expect(ways.map((address) => isOpenAddress(address, allowed))).toEqual([true, true, true, true, false, false, false]);
});

test("URLs bring every form of an IPv4 address to the one that is judged", () => {
  const forms = ["http://2130706433/", "http://0177.0.0.1/", "http://0x7f.1/", "http://127.1/", "http://[::ffff:7f00:1]/"];
  expect(forms.map((form) => new URL(form).hostname)).toEqual([
    ...["127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1", "[::ffff:7f00:1]"],
  ]);
});

test("a signature is the HMAC of time and body", () => {
  expect(signature("secret", 1_700_000_000, '{"a":1}')).toBe(
    "t=1700000000,v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686",
  );
});

test("a metric without a layer is the last layer's; a bound is passed by more than touching it", () => {
  const last = { "train/nc1.pinv@2": 0.5, "train/nc1.pinv@10": 0.1, "train/nc1.pinv@9": 0.2, "train/loss": 1 };
  expect(
    ["train/nc1.pinv", "train/nc1.pinv@2", "train/loss", "test/loss", "train/nc1"].map((key) => boundValue(last, key)),
  ).toEqual([...[0.1, 0.5, 1, null, null]]);
  expect([0.1, 0.09].map((value) => hasPassed({ key: "train/nc1.pinv", passes: "below", value: 0.1 }, value))).toEqual([
    false,
    true,
  ]);
  expect([0.1, 0.11].map((value) => hasPassed({ key: "train/nc1.pinv", passes: "above", value: 0.1 }, value))).toEqual([
    false,
    true,
  ]);
});

test("what cannot be a webhook is refused with the way out", () => {
  const problem = (change: object) =>
    createHookRequest.safeParse({ experimentId: null, url: "https://hooks.example.org/x", ...change }).error?.issues[0]?.message;
  expect(problem({})).toBeUndefined();
  expect(problem({ url: "ftp://example.org" })).toBe("give an address that begins with https:// or http://");
  expect(problem({ url: "javascript:alert(1)" })).toBe("give an address that begins with https:// or http://");
  expect(problem({ url: "https://me:secret@example.org" })).toBe(
    "leave user name and password out of the address: the signature shows who sends",
  );
  expect(problem({ onEnd: false, onFailure: false })).toBe("choose at least one occasion");
  expect(problem({ bound: { key: "nc1", passes: "below", value: 1 } })).toBe('name the metric as "train/nc1.pinv" or "log/loss"');
  expect(problem({ bound: { key: "train/loss", passes: "below", value: Number.NaN } })).toBe("give a number");
});
