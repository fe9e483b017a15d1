import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { documents, figuredIn, refreshed, tabledIn } from "../../report/documents.ts";
import { figureOf } from "../../report/figures.ts";
import { recordingIds } from "../../report/recordings.ts";
import { projectRoot } from "../../support/processes/server.ts";

const read = (name: string) => readFileSync(join(projectRoot, name), "utf8");

describe.each(documents)("%s", (name) => {
  const text = read(name);

  test("has every table and every figure as the recordings give it (npm run report)", () => {
    expect(text).toBe(refreshed(text));
  });

  test("has no line that a mark begins: Markdown would end the paragraph there", () => {
    expect(text.split("\n").filter((line) => /^\s*<!--[=/]/.test(line))).toEqual([]);
  });

  test("names the recording in each paragraph, list entry or section that has a figure of it", () => {
    for (const block of blocksOf(text))
      for (const id of figuredIn(block.text)) expect(`${block.section}\n${block.text}`).toContain(`\`${id}\``);
  });
});

describe("the pages of results", () => {
  const ofResults = documents.filter((name) => !name.endsWith("/results.md") && tabledIn(read(name)).length > 0);

  test("are those that are meant", () => {
    expect(ofResults).toEqual(["paper-figures", "questions", "toys"].map((name) => `.readme/researcher/${name}.md`));
  });

  test.each(ofResults)("%s has a recording a section, named, with its table", (name) => {
    const sections = read(name).split(/^## /m).slice(1);
    for (const section of sections) {
      const named = [...section.matchAll(/^Recording `([\w-]+)`/gm)].map(([, id]) => id);
      expect(named, section.split("\n")[0]).toHaveLength(1);
      expect(tabledIn(section), section.split("\n")[0]).toEqual(named);
      expect(new Set(figuredIn(section)).size).toBeLessThanOrEqual(1);
    }
  });

  test("show every recording that comes with the program", () => {
    expect(documents.flatMap((name) => tabledIn(read(name))).sort()).toEqual(recordingIds().sort());
  });
});

describe("a mark", () => {
  test("is filled again, whatever stood there", () => {
    const figure = "NC1 <!--= rn1-cifar10-tonight slope nc1 -->old<!--/-->.";
    expect(refreshed(figure)).toBe("NC1 <!--= rn1-cifar10-tonight slope nc1 -->−0.505 ± 0.064<!--/-->.");
    const table = refreshed("<!-- ladder first-light nc1 -->\nold\n<!-- end -->\nafter");
    expect(table).toContain("| slope, L = 2…21 |  | −0.384 ± 0.024 |\n| its 95 % interval |  | −0.450…−0.317 |");
    expect(table).toMatch(/^<!-- ladder first-light nc1 -->\n\n\*\*RN1[\s\S]*\n\n<!-- end -->\nafter$/);
    expect(refreshed(table)).toBe(table);
  });

  test("that names what is not there is an error", () => {
    for (const expression of [
      "nowhere slope nc1",
      "first-light slope nc7",
      "first-light slope nc1 2…2",
      "first-light guess nc1",
      "rn1-t11-mnist-tonight slope nc1",
      "rn1-t11-mnist-tonight[RN9] slope nc1",
      "rn1-t11-mnist-tonight[#3] slope nc1",
    ])
      expect(() => figureOf(expression), expression).toThrow();
  });
});

/** Paragraphs and list entries, each with the "Recording" line of its section, if any. */
function blocksOf(text: string): { section: string; text: string }[] {
  return text.split(/^## /m).flatMap((section) => {
    const named = /^Recording `[\w-]+`.*$/m.exec(section)?.[0] ?? "";
    return section.split(/\n\n|\n(?=- )/).map((block) => ({ section: named, text: block }));
  });
}
