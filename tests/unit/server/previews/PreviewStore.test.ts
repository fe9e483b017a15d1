import { expect, test } from "vitest";
import { PreviewStore } from "../../../../server/previews/PreviewStore.ts";

/** A store whose pictures are their markup, with what was drawn and turned into pictures. */
function store(bounds: ConstructorParameters<typeof PreviewStore>[1] = {}) {
  const rasterized: string[] = [];
  let atOnce = 0;
  let most = 0;
  const made = new PreviewStore(async (svg) => {
    most = Math.max(most, ++atOnce);
    rasterized.push(svg);
    await new Promise((resolve) => setTimeout(resolve, 5));
    atOnce--;
    return Buffer.from(svg);
  }, bounds);
  const get = async (key: string, svg: string) => (await made.get(key, async () => svg)).png.toString();
  return { made, get, rasterized, most: () => most };
}

test("draws one content once, for whichever link", async () => {
  const { get, rasterized } = store({ freshMs: 0 });
  expect(await get("a", "<svg/>")).toBe("<svg/>");
  expect(await get("a", "<svg/>")).toBe("<svg/>");
  expect(await get("b", "<svg/>")).toBe("<svg/>");
  expect(await get("a", "<svg>2</svg>")).toBe("<svg>2</svg>");
  expect(rasterized).toEqual(["<svg/>", "<svg>2</svg>"]);
});

test("gives a link's picture again for a while without looking", async () => {
  const { get } = store({ freshMs: 60_000 });
  expect(await get("a", "old")).toBe("old");
  expect(await get("a", "new")).toBe("old");
  expect(await get("b", "new")).toBe("new");
});

test("draws one after the other, one for all who ask for the same, and refuses when too many wait", async () => {
  const { get, rasterized, most } = store({ freshMs: 0, waiting: 3 });
  const asked = ["a", "a", "b", "c", "d", "a", "e", "f"].map((key) => get(key, key));
  const answers = await Promise.allSettled(asked);
  expect(answers.map(({ status }) => status)).toEqual([...Array(6).fill("fulfilled"), "rejected", "rejected"]);
  expect((answers[6] as PromiseRejectedResult).reason).toMatchObject({ code: "UNAVAILABLE" });
  expect([rasterized, most()]).toEqual([["a", "b", "c", "d"], 1]);
  expect(await get("f", "f")).toBe("f");
});

test("goes on after one that cannot be drawn, and keeps so many", async () => {
  const { made, get, rasterized } = store({ freshMs: 60_000, kept: 2 });
  const failing = made.get("a", async () => {
    throw new Error("no study");
  });
  const next = get("b", "b");
  await expect(failing).rejects.toThrow("no study");
  expect(await next).toBe("b");
  for (const key of ["c", "d", "b"]) await get(key, key);
  expect(rasterized).toEqual(["b", "c", "d", "b"]);
});
