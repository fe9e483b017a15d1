import { describe, expect, test } from "vitest";
import { databaseTrouble, isLineLost } from "../../../db/databaseTrouble.ts";

const withCode = (code: string, message = "as the server says it", more = {}) =>
  Object.assign(new Error(message), { code, ...more });

describe("databaseTrouble", () => {
  test.each([
    ["08006", "UNAVAILABLE", "the connection to it was lost", true],
    ["08P01", "UNAVAILABLE", "the connection to it was lost", true],
    ["25006", "UNAVAILABLE", "it takes no writes: it is a standby, or set to read-only", true],
    ["28P01", "UNAVAILABLE", "it refuses this user or this password", false],
    ["28000", "UNAVAILABLE", "it refuses this user or this password", false],
    ["3D000", "UNAVAILABLE", "it has no database of this name", false],
    ["42501", "UNAVAILABLE", "its user lacks a right that Collapsar needs", false],
    ["53100", "DISK_FULL", "its disk is full", true],
    ["53200", "UNAVAILABLE", "it is out of memory", true],
    ["53300", "UNAVAILABLE", "all of its connections are in use", true],
    ["53400", "UNAVAILABLE", "it is out of resources", true],
    ["57014", "UNAVAILABLE", "it took too long", true],
    ["57P01", "UNAVAILABLE", "it is shutting down", true],
    ["57P02", "UNAVAILABLE", "it crashed and is recovering", true],
    ["57P03", "UNAVAILABLE", "it is starting up", true],
    ["ECONNREFUSED", "UNAVAILABLE", "connection refused", true],
    ["ENOTFOUND", "UNAVAILABLE", "its host name is not known", true],
    ["ENOSPC", "DISK_FULL", "its disk is full", true],
  ])("says of %s: %s, %s", (code, failure, why, mayPass) => {
    const found = databaseTrouble(new Error("Failed query", { cause: withCode(code) }));
    expect({ ...found, failure: found?.failure.code }).toEqual({ failure, why, mayPass });
    expect(found?.failure.message).toMatch(/Runs continue to train, and their workers keep what they measure/);
  });

  test.each([
    ["timeout exceeded when trying to connect", "no connection was free in time"],
    ["Query read timeout", "nothing came back in time"],
    ["Connection terminated unexpectedly", "the connection to it was lost"],
    ["Client has encountered a connection error and is not queryable", "the connection to it was lost"],
  ])("knows the client library's complaint %s", (message, why) => {
    expect(databaseTrouble(new Error(message))?.why).toBe(why);
    expect(isLineLost(new Error(message))).toBe(true);
  });

  test("leaves other errors alone", () => {
    for (const code of ["22P05", "23505", "42P01", "ENOENT", "EACCES"]) expect(databaseTrouble(withCode(code))).toBeNull();
    expect(databaseTrouble(new TypeError("x is not a function"))).toBeNull();
    expect(databaseTrouble("a text")).toBeNull();
    expect(databaseTrouble(withCode("ENOENT", "connect ENOENT /run/.s.PGSQL.5432", { syscall: "connect" }))?.why).toBe(
      "it is not running",
    );
    expect(isLineLost(withCode("40P01"))).toBe(false);
    expect(isLineLost(withCode("53100"))).toBe(false);
  });
});
