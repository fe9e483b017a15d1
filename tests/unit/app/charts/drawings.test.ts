// @vitest-environment happy-dom
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { drawScene } from "./drawing/drawScene.ts";
import { pageScenes } from "./drawing/pageScenes.tsx";
import { plainScenes } from "./drawing/plainScenes.tsx";

const scenes = { ...plainScenes, ...pageScenes };
const folder = join(import.meta.dirname, "scenes");
const howToAccept = (name: string) =>
  `tests/unit/app/charts/scenes/${name}.svg is drawn otherwise. If it should be: npx vitest run --config tests/vitest.config.ts tests/unit/app/charts/drawings.test.ts --update, and look at the diff`;

describe("a chart is drawn as it is stored", () => {
  test.each(Object.entries(scenes))("%s", async (name, scene) => {
    const drawn = await drawScene(scene);
    expect(drawn).not.toMatch(/NaN|Infinity|undefined/);
    await expect(drawn, howToAccept(name)).toMatchFileSnapshot(join(folder, `${name}.svg`));
  });
  test("and nothing is stored that is not drawn", () => {
    const stored = readdirSync(folder).map((file) => file.replace(/\.svg$/, ""));
    expect(stored.filter((name) => !(name in scenes))).toEqual([]);
  });
});
