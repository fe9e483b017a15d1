import { QueryObserver } from "@tanstack/react-query";
import { afterEach, expect, test } from "vitest";
import { FreshQueryClient } from "../../../../app/data/FreshQueryClient.ts";

const client = new FreshQueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
afterEach(() => client.clear());

/** Something that is read: its state when it is asked for, which is answered when the test says so. */
function watch(key: string) {
  const source = { state: 0, readings: [] as { answer: () => void; fail: () => void }[] };
  const observer = new QueryObserver(client, {
    queryKey: [key],
    queryFn: () => {
      const { state } = source;
      return new Promise<number>((resolve, reject) => {
        source.readings.push({ answer: () => resolve(state), fail: () => reject(new Error("no")) });
      });
    },
  });
  const stop = observer.subscribe(() => {});
  return {
    source,
    stop,
    get shown() {
      return observer.getCurrentResult().data;
    },
  };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("what changed while it was first read is read again after that, once, and shown", async () => {
  const page = watch("first");
  page.source.state = 1;
  for (let changes = 0; changes < 3; changes++) void client.invalidateQueries({ queryKey: ["first"] });
  expect(page.source.readings).toHaveLength(1);
  page.source.readings[0].answer();
  await settle();
  expect(page.shown).toBe(0);
  expect(page.source.readings).toHaveLength(2);
  page.source.readings[1].answer();
  await settle();
  expect(page.shown).toBe(1);
  expect(page.source.readings).toHaveLength(2);
  page.stop();
});

test("a first reading that nothing changed under, or that others changed under, is read once", async () => {
  const page = watch("first");
  void client.invalidateQueries({ queryKey: ["another"] });
  page.source.readings[0].answer();
  await settle();
  expect(page.shown).toBe(0);
  expect(page.source.readings).toHaveLength(1);
  page.stop();
});

test("a later reading is begun again at the change", async () => {
  const page = watch("later");
  page.source.readings[0].answer();
  await settle();
  void client.invalidateQueries({ queryKey: ["later"] });
  page.source.state = 1;
  void client.invalidateQueries({ queryKey: ["later"] });
  expect(page.source.readings).toHaveLength(3);
  page.source.readings[2].answer();
  page.source.readings[1].answer();
  await settle();
  expect(page.shown).toBe(1);
  page.stop();
});

test("a first reading that fails is asked for no more often than it would be", async () => {
  const page = watch("failing");
  void client.invalidateQueries({ queryKey: ["failing"] });
  page.source.readings[0].fail();
  await settle();
  expect(page.source.readings).toHaveLength(1);
  page.stop();
});
