import { describe, expect, it } from "vitest";
import { csvLine } from "../../../contract/csvLine.ts";
import { presets } from "../../../contract/presets.ts";
import { AccessKey } from "../../../server/http/accessKey.ts";
import { refuseSource } from "../../../server/http/checkSource.ts";
import { cellDigest, makeRuns } from "../../../server/services/makeRuns.ts";

describe("refuseSource", () => {
  const own = "https://studies.example.org";
  const allowed = [
    { host: "127.0.0.1:4040" },
    { host: "[::1]:4040" },
    { host: "localhost:4040", origin: "http://localhost:4040" },
    { host: "studies.example.org", origin: own },
    { host: "192.168.1.7:4040", origin: own },
  ];
  const refused = [
    {},
    { host: "" },
    { host: "evil.example" },
    { host: "localhost.evil.example:4040" },
    { host: "127.0.0.1:4040", origin: "http://127.0.0.1:5000" },
    { host: "127.0.0.1:4040", origin: "https://studies.example.org.evil.example" },
    { host: "127.0.0.1:4040", origin: "null" },
    { host: "evil.example#@localhost" },
  ];
  it.each(allowed)("lets %j in", (headers) => expect(refuseSource(headers, own)).toBeNull());
  it.each(refused)("refuses %j", (headers) => expect(refuseSource(headers, own)).not.toBeNull());
});

describe("AccessKey", () => {
  it("gives a cookie for its code once, and says nothing of the key in it", () => {
    const key = new AccessKey("0123456789012345678901");
    const code = key.entry.split("=")[1];
    const cookie = key.enter(code, true) as string;
    expect(cookie).toMatch(/; Secure$/);
    expect(key.enter(code, true)).toBeNull();
    expect(key.admits({ cookie: `a=b; ${cookie.split(";")[0]}` })).toBe(true);
    expect(new AccessKey("another key of 22 chars").admits({ cookie: cookie.split(";")[0] })).toBe(false);
    expect(key.admits({ cookie: "collapsar=" })).toBe(false);
    expect(key.admits({})).toBe(false);
  });
});

describe("csvLine", () => {
  it("quotes, and marks what a spreadsheet would run", () => {
    expect(csvLine(["=1+1", "+a", "-a", "@a", "a,b", 'say "x"', -1.5e-7, null, undefined, true, "\tx"])).toBe(
      `'=1+1,'+a,'-a,'@a,"a,b","say ""x""",-1.5e-7,,,true,'\tx`,
    );
    expect(csvLine(["=a\n,b"])).toBe(`"'=a\n,b"`);
  });
});

describe("makeRuns", () => {
  const { config } = presets.find((preset) => preset.id === "first-steps")!;
  it("knows a cell by its config, whatever the order of its keys", () => {
    const [run] = makeRuns("e", config);
    const reversed = Object.fromEntries(Object.entries(run.config).reverse()) as typeof run.config;
    expect(cellDigest(reversed)).toBe(run.cell);
    expect(cellDigest({ ...run.config, seed: 99 })).not.toBe(run.cell);
  });
  it("makes only cells that are not there, numbered on", () => {
    const all = makeRuns("e", config);
    const rest = makeRuns("e", config, { cells: new Set(all.slice(0, 4).map((run) => run.cell)), lastOrdinal: 9 });
    expect(rest.map((run) => run.cell)).toEqual(all.slice(4).map((run) => run.cell));
    expect(rest.map((run) => run.ordinal)).toEqual([10, 11]);
  });
});
