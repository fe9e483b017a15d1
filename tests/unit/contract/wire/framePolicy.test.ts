import { describe, expect, test } from "vitest";
import { framePolicy, maxFrameOrigins, originOf } from "../../../../contract/wire/framePolicy.ts";
import { createShareRequest } from "../../../../contract/wire/requests.ts";

describe("Sites that may frame a link's charts", () => {
  test.each([
    ["https://lab.example.org", "https://lab.example.org"],
    ["  https://lab.example.org/blog/post?x=1#y  ", "https://lab.example.org"],
    ["HTTPS://Lab.Example.ORG:443/", "https://lab.example.org"],
    ["http://localhost:8080", "http://localhost:8080"],
    ["https://müller.example", "https://xn--mller-kva.example"],
    ["http://[::1]:3000/a", "http://[::1]:3000"],
  ])("%s is %s", (typed, origin) => {
    expect(originOf(typed)).toBe(origin);
    expect(framePolicy.parse([typed])).toEqual([origin]);
  });

  test.each([
    "lab.example.org",
    "*",
    "https://*.example.org",
    "https://",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "ftp://example.org",
    "https://user:secret@example.org",
    "https://a.example; script-src *",
    "https://a.example 'unsafe-inline'",
    "https://a.example\r\nset-cookie: x=1 y",
    "https://a.example,https://b.example/",
    "'self'",
    "",
  ])("%j is none", (typed) => {
    expect(originOf(typed)).toBeNull();
    expect(framePolicy.safeParse([typed]).success).toBe(false);
    expect(framePolicy.safeParse(["https://a.example", typed]).success).toBe(false);
  });

  test("none are listed twice, and at most twenty", () => {
    expect(framePolicy.parse(["https://a.example/1", "https://a.example/2", "https://b.example"])).toEqual([
      "https://a.example",
      "https://b.example",
    ]);
    const many = Array.from({ length: maxFrameOrigins + 1 }, (_, index) => `https://s${index}.example`);
    expect(framePolicy.safeParse(many.slice(1)).success).toBe(true);
    expect(framePolicy.safeParse(many).success).toBe(false);
    expect(framePolicy.safeParse([]).success).toBe(false);
    expect(framePolicy.safeParse("everybody").success).toBe(false);
    expect(framePolicy.safeParse([`https://${"a".repeat(400)}.example`]).success).toBe(false);
  });

  test("what is wrong is said of the site that it is about", () => {
    const said = (frames: unknown) => framePolicy.safeParse(frames).error?.issues[0]?.message;
    expect(said(["https://a.example", "https://*.example.org"])).toBe(
      "“https://*.example.org” is not a site: write each site as https://lab.example.org, with http:// or https:// in front and without wildcards",
    );
    expect(said([])).toBe("name a site, or choose “nobody”");
    expect(said("*")).toBe("choose “nobody”, “anywhere”, or a list of sites");
    expect(said([null])).toBe("Invalid input: expected string, received null");
  });

  test("a link names none unless its maker says so", () => {
    const experimentId = "00000000-0000-4000-8000-000000000000";
    expect(createShareRequest.parse({ experimentId }).frames).toBe("nobody");
    expect(createShareRequest.parse({ experimentId, frames: "anywhere" }).frames).toBe("anywhere");
  });
});
