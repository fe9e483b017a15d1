import { describe, expect, test } from "vitest";
import { errorInShort, logLine } from "../../../../server/log/log.ts";

const at = new Date("2026-03-01T12:34:56.789Z");

describe("A line of the server's log", () => {
  test("is JSON with time and level where programs read it", () => {
    expect(logLine("error", 'worker "a"\nrests', false, at)).toBe(
      '{"time":"2026-03-01T12:34:56.789Z","level":"error","message":"worker \\"a\\"\\nrests"}',
    );
  });

  test("is plain text with time and level on a terminal", () => {
    expect(logLine("info", "The database answers.", true, at)).toBe("12:34:56 The database answers.");
    expect(logLine("warning", "rests", true, at)).toBe("12:34:56 warning: rests");
  });

  test("carries no control characters, and is bounded", () => {
    expect(logLine("info", "a\u001b[2Jb\rc\u202ed\u0000\te", true, at)).toBe("12:34:56 a\ufffd[2Jb\ufffdc\ufffdd\ufffd\te");
    expect(logLine("info", "x".repeat(10_000), true, at)).toHaveLength(9 + 4_000);
  });
});

describe("What the log says of an error", () => {
  const failed = Object.assign(
    new Error("Failed query: update x set y = $1\nparams: secret", { cause: new Error("out of room") }),
    {
      query: "update x set y = $1",
      params: ["secret"],
    },
  );

  test("quotes a failed query without its parameters", () => {
    expect(errorInShort(failed)).toBe("out of room\n    in the query: update x set y = $1");
    expect(errorInShort(failed, true)).not.toContain("secret");
    expect(errorInShort(failed, true)).toContain("out of room");
  });

  test("is its message, or what was thrown", () => {
    expect(errorInShort(new Error("gone"))).toBe("gone");
    expect(errorInShort("odd")).toBe("odd");
  });
});
