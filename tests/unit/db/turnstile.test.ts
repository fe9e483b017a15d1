import { expect, test } from "vitest";
import { databaseTrouble } from "../../../db/databaseTrouble.ts";
import { Turnstile } from "../../../db/turnstile.ts";

/** Work that ends when it is told to. */
function held() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { end, work: () => ended };
}

test("so many pieces of work run at once, in the order they came; those that go first are before the rest", async () => {
  const turnstile = new Turnstile(2);
  const [a, b] = [held(), held()];
  const done: string[] = [];
  const enter = (name: string, work: () => Promise<unknown>, goesFirst?: boolean) =>
    turnstile.run(work, goesFirst).then(() => void done.push(name));
  const all = [
    ...[enter("a", a.work), enter("b", b.work), enter("c", async () => undefined), enter("d", async () => undefined)],
    enter("first", async () => undefined, true),
  ];
  await Promise.resolve();
  expect(done).toEqual([]);
  b.end();
  await Promise.all(all.slice(1));
  expect(done).toEqual(["b", "first", "c", "d"]);
  a.end();
  await all[0];
});

test("work that fails gives its place on, and a turn that does not come in time is a trouble of the database", async () => {
  const turnstile = new Turnstile(1, 20);
  await expect(turnstile.run(async () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  const a = held();
  const first = turnstile.run(a.work);
  let begun = false;
  const late = await turnstile
    .run(async () => {
      begun = true;
    })
    .catch((error: unknown) => error);
  expect(databaseTrouble(late)?.why).toBe("no connection was free in time");
  expect(begun).toBe(false);
  a.end();
  await first;
  expect(await turnstile.run(async () => 7)).toBe(7);
});
