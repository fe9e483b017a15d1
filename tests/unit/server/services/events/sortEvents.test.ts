import { describe, expect, test } from "vitest";
import { type RunEvent, spooledEvent } from "../../../../../contract/wire/runEvents.ts";
import { sortEvents } from "../../../../../server/services/events/sortEvents.ts";

const endOf = (event: RunEvent) => sortEvents("run", 1, [spooledEvent.parse({ seq: 1, at: 0, event })]).end;
const lost = { kind: "ended", code: "WORKER_LOST", step: 30 } as const;

describe("An attempt's end is nobody's fault", () => {
  test("where its worker says so, whatever the words", () => {
    expect(endOf({ ...lost, message: "the machine is shut down", excused: true })).toEqual({
      ...{ code: "WORKER_LOST", message: "the machine is shut down", step: 30, excused: true },
    });
  });

  test("where an older worker said so by the words alone", () => {
    expect(endOf({ ...lost, message: "worker stopped" })).toMatchObject({ excused: true });
  });

  test("and counts otherwise", () => {
    expect(endOf({ ...lost, message: "The worker stopped." })).toMatchObject({ excused: false });
    expect(endOf({ ...lost, message: "worker stopped", excused: false })).toMatchObject({ excused: false });
    expect(endOf({ ...lost, code: "CRASHED", message: "worker stopped" })).toMatchObject({ excused: false });
  });

  test("when it has finished", () => {
    expect(endOf({ kind: "finished", step: 30, elapsedMs: 5 })).toMatchObject({ code: "FINISHED", excused: true });
  });
});
