import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConnectionLog } from "../../../../../workers/agent/wire/connectionLog.ts";

let lines: string[];
beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    lines.push(String(text).slice(21).trim());
    return true;
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("says once a minute that the server is away, and what that means", () => {
  const connection = new ConnectionLog();
  connection.up("http://here", 0);
  connection.down("transport close", 2, 0);
  for (let seconds = 0; seconds < 90; seconds++) {
    vi.advanceTimersByTime(1_000);
    connection.down("refused", 2, 1_234);
  }
  connection.up("http://here", 1_234);
  expect(lines).toEqual([
    "Connected to http://here",
    "Server not reachable (transport close): training continues with 2 runs",
    "Server not reachable for 60 s (refused): training continues with 2 runs; the spool holds 1,234 events",
    "Connected again after 90.0 s; sending 1,234 events",
  ]);
});

test("a server's own worker waits five minutes for it, and as long as it has runs", () => {
  const connection = new ConnectionLog();
  connection.up("http://here", 0);
  vi.advanceTimersByTime(3_600_000);
  expect(connection.isAwayTooLong(0)).toBe(false);
  connection.down("gone", 1, 0);
  vi.advanceTimersByTime(301_000);
  expect(connection.isAwayTooLong(1)).toBe(false);
  expect(connection.isAwayTooLong(0)).toBe(true);
});
