import { describe, expect, test } from "vitest";
import { recognizeWorker } from "../../../../server/supervisor/recognizeWorker.ts";

const [here, elsewhere] = ["7f3f2c1e-95c4-4b9e-8a59-0f4a3b5d6c7e", "0b0f2c1e-95c4-4b9e-8a59-0f4a3b5d6c7e"];
const stored = { count: 5, nonce: "fifth-nonce", instance: here, unheardAfter: "fourth-nonce" };
const shown = (count: number, nonce: string, instance = elsewhere) => ({ instance, greeting: { count, nonce } });

describe("a worker that shows a greeting", () => {
  test.each([
    ["the last one", shown(5, "fifth-nonce"), stored],
    ["the one before, while it has not shown that it heard the last", shown(4, "fourth-nonce"), stored],
    ["any, from the process that was greeted", shown(3, "third-nonce", here), stored],
    ["one, of an identity that was never greeted", shown(3, "third-nonce"), null],
  ])("%s, is the one that was greeted", (_what, identity, known) => {
    const answer = recognizeWorker(identity, known);
    expect(answer).toMatchObject({ kind: "known", note: null });
    if (answer.kind !== "known") return;
    const { greeting } = answer;
    expect(greeting.count).toBe(Math.max(identity.greeting.count, known?.count ?? 0) + 1);
    expect(answer.stored).toEqual({ ...greeting, instance: identity.instance, unheardAfter: identity.greeting.nonce });
    expect(recognizeWorker({ instance: elsewhere, greeting }, answer.stored)).toMatchObject({ kind: "known" });
  });

  test.each([
    ["an older one", shown(3, "third-nonce"), stored],
    ["another of the same number: both were given since the copy", shown(5, "fifth-other"), stored],
    ["the one before, once the last one was heard", shown(4, "fourth-nonce"), { ...stored, unheardAfter: null }],
    ["none, of an identity that was greeted", { instance: elsewhere, greeting: null }, stored],
  ])("%s, is a copy", (_what, identity, known) => expect(recognizeWorker(identity, known)).toMatchObject({ kind: "copy" }));

  test("none, is new, and is known again though the first answer was lost", () => {
    const answer = recognizeWorker({ instance: here, greeting: null }, undefined);
    expect(answer).toMatchObject({ kind: "known", note: null, greeting: { count: 1 } });
    if (answer.kind !== "known") throw new Error(answer.message);
    expect(recognizeWorker({ instance: elsewhere, greeting: null }, answer.stored)).toMatchObject({ kind: "known" });
  });

  test("newer than the last one the database knows says that the database was restored", () => {
    expect(recognizeWorker(shown(9, "ninth-nonce"), stored)).toMatchObject({
      ...{ kind: "known", greeting: { count: 10 } },
      note: expect.stringContaining("restored from a backup"),
    });
    expect(recognizeWorker(shown(9, "ninth-nonce"), undefined)).toMatchObject({
      note: expect.stringContaining("does not know this worker"),
    });
  });
});
