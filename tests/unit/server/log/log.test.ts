import { describe, expect, test } from "vitest";
import { errorInShort, makeLog } from "../../../../server/log/log.ts";

const at = new Date("2026-03-01T12:34:56.789Z");

/** What a log writes, and where. */
function written(isTerminal: boolean, act: (log: ReturnType<typeof makeLog>) => void): { out: string[]; err: string[] } {
  const lines = { out: [] as string[], err: [] as string[] };
  const sink = (to: string[]) => ({ isTerminal, write: (line: string) => void to.push(line) });
  act(makeLog(sink(lines.out), sink(lines.err), () => at));
  return lines;
}

describe("A line of the server's log", () => {
  test("is JSON with time and level where programs read it", () => {
    expect(written(false, (log) => log.error('worker "a"\nrests'))).toEqual({
      out: [],
      err: ['{"level":"error","time":"2026-03-01T12:34:56.789Z","message":"worker \\"a\\"\\nrests"}'],
    });
  });

  test("is plain text with time and level on a terminal; what goes wrong is on the standard error alone", () => {
    expect(written(true, (log) => log.info("The database answers."))).toEqual({
      out: ["12:34:56 The database answers."],
      err: [],
    });
    expect(written(true, (log) => log.warning("rests"))).toEqual({ out: [], err: ["12:34:56 warn: rests"] });
    expect(written(true, (log) => log.error("sending", new Error("gone"))).err).toEqual(["12:34:56 error: sending: gone"]);
  });

  test("carries no control characters, and is bounded", () => {
    const [line, long] = written(true, (log) => {
      log.info("a\u001b[2Jb\rc\u202ed\u0000\te, 100 %s");
      log.info("x".repeat(10_000));
    }).out;
    expect(line).toBe("12:34:56 a\ufffd[2Jb\ufffdc\ufffdd\ufffd\te, 100 %s");
    expect(long).toHaveLength(9 + 4_000);
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
