import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { csvLine } from "../../../../contract/csv.ts";
import { presets } from "../../../../contract/presets/presets.ts";
import { refuseForwarded, refuseSource } from "../../../../server/access/checkSource.ts";
import { cookieMark, SessionCookie } from "../../../../server/access/sessionCookie.ts";
import { ownPath } from "../../../../server/http/doorkeeper.ts";
import { attachment } from "../../../../server/http/serveExport.ts";
import { serverSettings } from "../../../../server/program/env.ts";
import { cellDigest, makeRuns } from "../../../../server/services/experiments/makeRuns.ts";

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
  test.each(allowed)("lets %j in", (headers) => expect(refuseSource(headers, own)).toBeNull());
  test.each(refused)("refuses %j", (headers) => expect(refuseSource(headers, own)).not.toBeNull());
});

describe("refuseForwarded", () => {
  test.each([
    { "x-forwarded-for": "203.0.113.9" },
    { "x-forwarded-proto": "https" },
    { "x-forwarded-host": "studies.example.org" },
    { forwarded: "for=203.0.113.9" },
    { "x-real-ip": "203.0.113.9" },
    { via: "1.1 caddy" },
    { "x-forwarded-port": "443" },
    { "x-original-forwarded-for": "203.0.113.9" },
    { "true-client-ip": "203.0.113.9" },
    { "cf-connecting-ip": "203.0.113.9" },
    { "x-envoy-external-address": "203.0.113.9" },
  ])("names the header that a proxy added in %j", (headers) => {
    expect(refuseForwarded({ host: "127.0.0.1:4040", ...headers })).toContain(Object.keys(headers)[0]);
  });
  test("lets in what comes by itself", () => expect(refuseForwarded({ host: "127.0.0.1:4040", cookie: "a=b" })).toBeNull());
});

describe("serverSettings", () => {
  const strong = "kX9v2QmT7rLp4ZsWc8YdHb3N";
  const settings = (env: Record<string, string>) => {
    const kept = { ...process.env };
    for (const name of Object.keys(process.env)) if (name.startsWith("COLLAPSAR_")) delete process.env[name];
    Object.assign(process.env, env);
    try {
      return serverSettings();
    } finally {
      process.env = kept;
    }
  };

  test.each(["https://studies.example.org", "http://192.168.1.7:4040", "http://[2001:db8::1]:4040", "http://studies.local"])(
    "refuses the public address %s without a key",
    (address) => expect(() => settings({ COLLAPSAR_PUBLIC_URL: address })).toThrow(/set COLLAPSAR_ACCESS_KEY/),
  );
  test("takes a public address with a key, and this machine's own without", () => {
    const address = "https://studies.example.org";
    expect(settings({ COLLAPSAR_PUBLIC_URL: address, COLLAPSAR_ACCESS_KEY: strong }).publicUrl).toBe(address);
    expect(settings({ COLLAPSAR_PUBLIC_URL: "http://localhost:8080/" }).publicUrl).toBe("http://localhost:8080");
    expect(settings({ COLLAPSAR_PUBLIC_URL: "http://127.0.0.1:8080" }).accessKey).toBeNull();
  });
  test.each([
    [{ COLLAPSAR_ACCESS_KEY: strong }, "choose one of them"],
    [
      { COLLAPSAR_HOST: "0.0.0.0" },
      "COLLAPSAR_HOST is 0.0.0.0, which others can reach: leave COLLAPSAR_SINGLE_USER out, and set",
    ],
    [{ COLLAPSAR_PUBLIC_URL: "https://example.org" }, "which others can reach: leave COLLAPSAR_SINGLE_USER out, and set"],
  ])("refuses a single user's machine with %j", (env, words) => {
    expect(() => settings({ COLLAPSAR_SINGLE_USER: "1", ...(env as Record<string, string>) })).toThrow(words);
  });
  test("takes COLLAPSAR_SINGLE_USER as 1 or 0, and as 0 by default", () => {
    expect(settings({ COLLAPSAR_SINGLE_USER: "1" }).singleUser).toBe(true);
    expect(settings({ COLLAPSAR_SINGLE_USER: "0" }).singleUser).toBe(false);
    expect(settings({}).singleUser).toBe(false);
    expect(() => settings({ COLLAPSAR_SINGLE_USER: "yes" })).toThrow(
      'COLLAPSAR_SINGLE_USER is "yes": it must be 1, 0 or left out',
    );
  });
  test("takes COLLAPSAR_LOCAL_WORKER as on or off, and by default as on where the database is embedded", () => {
    const external = { DATABASE_URL: "postgres://127.0.0.1/studies" };
    const isStarted = (env: Record<string, string>) => settings({ DATABASE_URL: "", ...env }).localWorker;
    expect([isStarted({}), isStarted({ COLLAPSAR_LOCAL_WORKER: "" }), isStarted(external)]).toEqual([true, true, false]);
    for (const place of [{}, external]) {
      expect(isStarted({ ...place, COLLAPSAR_LOCAL_WORKER: "on" })).toBe(true);
      expect(isStarted({ ...place, COLLAPSAR_LOCAL_WORKER: "off" })).toBe(false);
      for (const wrong of ["yes", "0", "false", "OFF", " off"])
        expect(() => isStarted({ ...place, COLLAPSAR_LOCAL_WORKER: wrong })).toThrow(
          `COLLAPSAR_LOCAL_WORKER is "${wrong}": it must be on, off or left out`,
        );
    }
  });
  test.each(["https://example.org/collapsar", "https://example.org/?a=b", "https://example.org/#x"])(
    "refuses %s: a path is never cut off in silence",
    (address) =>
      expect(() => settings({ COLLAPSAR_PUBLIC_URL: address, COLLAPSAR_ACCESS_KEY: strong })).toThrow(
        /at the root of an address/,
      ),
  );
  test("refuses a public address that shows a password", () => {
    expect(() => settings({ COLLAPSAR_PUBLIC_URL: "https://a:b@example.org", COLLAPSAR_ACCESS_KEY: strong })).toThrow(/password/);
  });
  test.each([
    "aaaaaaaaaaaaaaaaaaaaaaaa",
    "abcabcabcabcabcabcabcabc",
    "0123456789012345678901",
    "abcdefghijklmnopqrstuvwx",
    "12345678901234567890abcd",
    "passwordpasswordpassword",
  ])("refuses the key %s, which is long and easily guessed", (key) =>
    expect(() => settings({ COLLAPSAR_ACCESS_KEY: key })).toThrow(/easily guessed/),
  );
  const provider = {
    COLLAPSAR_ACCESS_KEY: strong,
    COLLAPSAR_OIDC_ISSUER: "https://id.example.org",
    COLLAPSAR_OIDC_CLIENT_ID: "collapsar",
    COLLAPSAR_OIDC_CLIENT_SECRET: "secret",
  };
  test("takes an identity provider by all three of its settings, over https, on a server with a key", () => {
    expect(settings(provider).oidc).toEqual({ issuer: "https://id.example.org", clientId: "collapsar", clientSecret: "secret" });
    expect(settings({ ...provider, COLLAPSAR_OIDC_ISSUER: "http://127.0.0.1:9000" }).oidc?.issuer).toBe("http://127.0.0.1:9000");
    expect(settings({ COLLAPSAR_ACCESS_KEY: strong }).oidc).toBeNull();
    const { COLLAPSAR_OIDC_CLIENT_SECRET: _secret, ...without } = provider;
    expect(() => settings(without)).toThrow(/COLLAPSAR_OIDC_CLIENT_SECRET is not set/);
    expect(() => settings({ ...provider, COLLAPSAR_OIDC_ISSUER: "http://id.example.org" })).toThrow(/must begin with https/);
    expect(() => settings({ ...provider, COLLAPSAR_OIDC_ISSUER: "id.example.org" })).toThrow(/must begin with https/);
    const { COLLAPSAR_ACCESS_KEY: _key, ...open } = provider;
    expect(() => settings(open)).toThrow(/set COLLAPSAR_ACCESS_KEY too/);
  });
  test("refuses a short key, and takes random ones", () => {
    expect(() => settings({ COLLAPSAR_ACCESS_KEY: "kX9v2QmT7r" })).toThrow(/has 10 characters: it needs at least 22/);
    for (let i = 0; i < 200; i++)
      for (const encoding of ["base64", "base64url", "hex"] as const) {
        const key = randomBytes(24).toString(encoding);
        expect(settings({ COLLAPSAR_ACCESS_KEY: key }).accessKey).toBe(key);
      }
  });
});

describe("SessionCookie", () => {
  const cookie = new SessionCookie(cookieMark("a secret of this server"));
  const set = cookie.set("abc_-1", 90, true);
  test("is for the server alone, and over https where people reach it by that", () => {
    expect(set).toMatch(/^collapsar-[0-9a-f]{12}=abc_-1; Path=\/; HttpOnly; SameSite=Lax; Max-Age=7776000; Secure$/);
    expect(cookie.set("abc", 90, false)).not.toContain("Secure");
  });
  test("is found among others, and has a name of the server's own", () => {
    expect(cookie.read({ cookie: `a=b; ${set.split(";")[0]}; c=d` })).toBe("abc_-1");
    expect(new SessionCookie(cookieMark("of another server")).read({ cookie: set.split(";")[0] })).toBeNull();
    expect(cookie.read({ cookie: `${set.split("=")[0]}=` })).toBeNull();
    expect(cookie.read({})).toBeNull();
  });
});

describe("ownPath", () => {
  test.each([
    ["/e/abc?panel=2", "/e/abc?panel=2"],
    ["https://evil.example/x", "/"],
    ["//evil.example/x", "/"],
    ["/\\evil.example/x", "/"],
    ["/%2f/evil.example", "/%2f/evil.example"],
    ["javascript:alert(1)", "/"],
    ["/enter?key=1", "/"],
    ["/join/x", "/"],
    ["/trpc/experiments.list", "/"],
    [null, "/"],
  ])("of %s is %s", (to, path) => expect(ownPath(to)).toBe(path));
});

describe("attachment", () => {
  test("keeps the end of a long name, which tells apart the files of a study", () => {
    const nameOf = (name: string) => decodeURIComponent(attachment(name, "ckpt").split("UTF-8''")[1]);
    const study = "n".repeat(120);
    expect(nameOf(`${study} run 12 features`)).toBe(`${"n".repeat(55)}_${"n".repeat(8)} run 12 features.ckpt`);
    expect(nameOf(`${study} run 13 features`)).toBe(`${"n".repeat(55)}_${"n".repeat(8)} run 13 features.ckpt`);
    expect(nameOf('a\r\nb/../"c"')).toBe("a_b_.._c_.ckpt");
  });

  test("cuts between signs, keeps letters with their marks, and fits into a file system", () => {
    const nameOf = (name: string) => decodeURIComponent(attachment(name, "csv").split("UTF-8''")[1]);
    expect(nameOf("कि")).toBe("कि.csv");
    expect(nameOf("a\ud800b")).toBe("a_b.csv");
    for (const sign of ["層", "𠮷", "é", "😀"]) {
      const file = nameOf(`${sign.repeat(120)} run 12 features`);
      expect(Buffer.byteLength(file)).toBeLessThanOrEqual(230);
      expect(file.endsWith(" run 12 features.csv")).toBe(true);
      expect(file.isWellFormed()).toBe(true);
    }
  });
});

describe("csvLine", () => {
  test("quotes, and marks what a spreadsheet would run", () => {
    expect(csvLine(["=1+1", "+a", "-a", "@a", "a,b", 'say "x"', -1.5e-7, null, undefined, true, "\tx"])).toBe(
      `'=1+1,'+a,'-a,'@a,"a,b","say ""x""",-1.5e-7,,,true,'\tx`,
    );
    expect(csvLine(["=a\n,b"])).toBe(`"'=a\n,b"`);
    expect(csvLine(["\n=1+1", "＝1+1", "＋1", "－1", "＠a"])).toBe(`"'\n=1+1",'＝1+1,'＋1,'－1,'＠a`);
  });
});

describe("makeRuns", () => {
  const { config } = presets.find((preset) => preset.id === "first-steps")!;
  test("knows a cell by its config, whatever the order of its keys", () => {
    const [run] = makeRuns("e", config);
    const reversed = Object.fromEntries(Object.entries(run.config).reverse()) as typeof run.config;
    expect(cellDigest(reversed)).toBe(run.cell);
    expect(cellDigest({ ...run.config, seed: 99 })).not.toBe(run.cell);
  });
  test("makes only cells that are not there, numbered on", () => {
    const all = makeRuns("e", config);
    const rest = makeRuns("e", config, { cells: new Set(all.slice(0, 4).map((run) => run.cell)), lastOrdinal: 9 });
    expect(rest.map((run) => run.cell)).toEqual(all.slice(4).map((run) => run.cell));
    expect(rest.map((run) => run.ordinal)).toEqual([10, 11]);
  });
});
