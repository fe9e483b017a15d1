import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { presetDraft, renewDefinitions } from "../../../../app/new/draft/draft.ts";
import { studyCommand } from "../../../../app/studyFile/studyCommand.ts";
import { studyYaml } from "../../../../app/studyFile/studyYaml.ts";
import { type LaunchInput, launchInput } from "../../../../contract/config/experimentConfig.ts";
import { presets } from "../../../../contract/presets/presets.ts";
import { readStudy } from "../../../../server/cli/study/readStudy.ts";

const again = (launch: LaunchInput) => readStudy(studyYaml(launch), "study.yaml").input;
const first = (): LaunchInput => launchInput.parse(renewDefinitions(presetDraft("first-light")!).draft);

describe("a study as YAML", () => {
  test.each(presets.map(({ id }) => id))("the form's %s comes back as it was", (id) => {
    const launch = launchInput.parse(renewDefinitions(presetDraft(id)!).draft);
    expect(again(launch)).toEqual(launch);
  });

  test("is written as a person would", () => {
    const { config, ...rest } = first();
    const text = studyYaml({
      ...rest,
      config: { ...config, depths: [2, 3], seeds: [0] },
      note: "One line.\nAnother: [one].\n",
      tags: ["a", "012"],
    });
    expect(text.slice(0, text.indexOf("config:"))).toBe(
      'name: First light\nnote: |\n  One line.\n  Another: [one].\ntags: [a, "012"]\n',
    );
    expect(text).toContain("\n  depths: [2, 3]\n");
    expect(text).toContain("\n  seeds: [0]\n");
    expect(text).not.toMatch(/[&*]a\d/);
  });

  test("of a stored study keeps its networks of an earlier definition", () => {
    const launch = first();
    const stored = {
      ...launch,
      config: { ...launch.config, architectures: [{ name: "t11" as const, normalization: "pre-ln" as const }] },
    };
    expect(again(stored).config.architectures).toEqual([{ name: "t11", normalization: "pre-ln", definition: 1 }]);
  });

  test.each([
    ["a line that ends the text", "x\nYAML\nrm -rf /\n"],
    ["carriage returns, which are Enter on a terminal", "x\rYAML\rrm -rf /\r"],
    ["the end of what is pasted", "x\x1b[201~\nYAML\ntouch /tmp/x\n"],
    ["other controls", "\x00\x03\x04\x07\x7f\x85\x9b2J\u2028\u2029\u202e\ufeff\uffff"],
    ["tabs and spaces", "\ta\t\n  b \n\n\n"],
    ["what other YAML takes for something else", "yes"],
    ["quotes of a shell", "'; $(id) `id` \"\\"],
    ["an alias, a tag, a comment", "*a !b # c: d"],
    ["a document's end", "---\n...\n%YAML 1.1"],
  ])("%s in a name and a note stay texts, in a shell too", (_, text) => {
    const note = text.replaceAll("\0", "\ufffd");
    const launch = { ...first(), name: `n${note}`.trim(), note, tags: [`t${note}`.slice(0, 30).trim()] };
    expect(again(launch)).toEqual(launch);
    const command = studyCommand(studyYaml(launch), "http://localhost:4040");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(command).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]/);
    const shell = spawnSync("sh", ["-c", command.replace("npx collapsar launch -", "cat")], { encoding: "utf8" });
    expect({ out: shell.stdout, err: shell.stderr }).toEqual({ out: studyYaml(launch), err: "" });
  });

  test("the command names the server where it is another than the usual one", () => {
    expect(studyCommand("name: x\n", "http://127.0.0.1:4040")).toBe("npx collapsar launch - <<'YAML'\nname: x\nYAML\n");
    expect(studyCommand("name: x\n", "http://[::1]:4041")).toBe(
      "npx collapsar launch - --server 'http://[::1]:4041' <<'YAML'\nname: x\nYAML\n",
    );
  });
});
