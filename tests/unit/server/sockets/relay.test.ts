import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import type { RelayFrame } from "../../../../contract/wire/relayFrame.ts";
import { Relay } from "../../../../server/sockets/relay.ts";

const relays: Relay[] = [];
afterEach(() => {
  for (const relay of relays.splice(0)) relay.close();
});

/** Two ends, and what is on its way between them. */
function ends() {
  const line: string[] = [];
  const heard: RelayFrame["rooms"] = [];
  const told = { missed: 0 };
  const [here, there] = [randomUUID(), randomUUID()];
  const nothing = { alive: () => undefined, gone: () => undefined, silent: () => undefined };
  const end = (serverId: string, peer: string, carry: (text: string) => void) => {
    const relay = new Relay({
      ...{ ...nothing, serverId, carry, peers: () => [peer] },
      heard: (rooms) => heard.push(...rooms),
      missed: () => told.missed++,
    });
    relays.push(relay);
    return relay;
  };
  const sender = end(there, here, (text) => line.push(text));
  const receiver = end(here, there, () => undefined);
  const send = (count: number) => {
    for (let i = 0; i < count; i++) sender.send([["run:x", [{ kind: "changed", list: "workers" }]]]);
  };
  /** A frame without rooms, as each server sends every second. */
  const beat = () => JSON.stringify({ from: there, sent: sender.sent, rooms: [] });
  return { line, heard, told, receiver, send, beat, there };
}
const later = () => new Promise((resolve) => setTimeout(resolve, 1_300));

describe("Frames from another server", () => {
  test("that all come, in whatever order and twice, leave nothing missed", async () => {
    const { line, heard, told, receiver, send, beat } = ends();
    receiver.hear(beat());
    send(6);
    for (const at of [1, 0, 3, 3, 2, 5, 4, 0]) receiver.hear(line[at]);
    receiver.hear(beat());
    await later();
    expect(heard).toHaveLength(8);
    expect(told.missed).toBe(0);
  });

  test("of which some are lost are missed once for all that were lost together", async () => {
    const { line, told, receiver, send } = ends();
    send(1);
    receiver.hear(line[0]);
    send(5);
    receiver.hear(line[2]);
    receiver.hear(line[5]);
    expect(told.missed).toBe(0);
    await later();
    expect(told.missed).toBe(1);
    send(1);
    receiver.hear(line[6]);
    await later();
    expect(told.missed).toBe(1);
  });

  test("the last of which was lost are missed by the next sign of life", async () => {
    const { line, told, receiver, send, beat } = ends();
    send(1);
    receiver.hear(line[0]);
    send(1);
    receiver.hear(beat());
    await later();
    expect(told.missed).toBe(1);
  });

  test("that were lost before the first that is heard are missed if they concerned this server", async () => {
    const known = ends();
    known.send(2);
    known.receiver.expect(known.there, 2);
    known.send(3);
    known.receiver.hear(known.line[4]);
    const unknown = ends();
    unknown.send(5);
    unknown.receiver.hear(unknown.line[4]);
    await later();
    expect(known.told.missed).toBe(1);
    expect(unknown.told.missed).toBe(0);
  });

  test("that are none, or its own, are passed over", () => {
    const { line, heard, receiver, send, there } = ends();
    send(1);
    const { from: _from, ...rest } = JSON.parse(line[0]);
    for (const text of [
      "",
      "{",
      "null",
      "[]",
      JSON.stringify(rest),
      JSON.stringify({ ...rest, from: there, sent: -1 }),
      '{"rooms":1}',
    ])
      receiver.hear(text);
    expect(heard).toEqual([]);
    relays[0].hear(line[0]);
    expect(heard).toEqual([]);
  });
});
