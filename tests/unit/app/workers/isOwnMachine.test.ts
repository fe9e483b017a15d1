import { expect, test } from "vitest";
import { isOwnMachine } from "../../../../app/workers/isOwnMachine.ts";

test("addresses that lead back to the machine they are used on are told from others", () => {
  for (const own of ["http://127.0.0.1:4040", "http://localhost:4040", "http://[::1]:4040", "http://0.0.0.0:4040"])
    expect(isOwnMachine(own), own).toBe(true);
  for (const other of ["http://10.0.0.1:4040", "https://studies.example.org", "https://localhost.example.org", "", "127.0.0.1"])
    expect(isOwnMachine(other), other).toBe(false);
});
