import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { NoteText } from "../../../../../app/result/header/NoteText.tsx";
import { tangledBy } from "../../../../../app/result/header/noteBounds.ts";
import { formulaHtml, maxFormulaLength } from "../../../../../app/ui/Formula.tsx";

const longest = 20_000;
const filled = (sign: string) => sign.repeat(Math.floor(longest / sign.length));
const shown = (text: string) => renderToStaticMarkup(createElement(NoteText, { text }));

describe("a note that no parser gets through", () => {
  test.each([
    ["quotes", filled(">"), "quotes or lists are nested more than 40 deep"],
    ["quotes with blanks", filled("> "), "quotes or lists are nested more than 40 deep"],
    ["lists in one line", filled("- "), "quotes or lists are nested more than 40 deep"],
    ["numbered lists in one line", filled("1. "), "quotes or lists are nested more than 40 deep"],
    ["10,000 brackets", "[".repeat(10_000), "it has more than 2,000 brackets"],
    ["10,000 brackets closed", "[".repeat(10_000) + "]".repeat(10_000), "it has more than 2,000 brackets"],
    ["emphasis", filled("*a"), "it has more than 4,000 emphasis or code markers"],
    ["strikes", filled("~~a"), "it has more than 4,000 emphasis or code markers"],
  ])("is shown as plain text: %s", (_what, text, why) => {
    const html = shown(text);
    expect(html).toContain(`Shown as plain text: ${why}.`);
    expect(html).toContain("plain-note");
  });

  test.each([
    "a line\n---\n",
    "***\n",
    "-----------------------------------------------------------\n",
    "- a\n  - b\n    - c\n",
    "> a\n>> b\n",
  ])("ordinary Markdown is none: %j", (text) => expect(tangledBy(text)).toBe(null));
});

describe("a formula", () => {
  test.each([
    ["macros that call themselves", "\\def\\a{\\a\\a}\\a"],
    ["macros that multiply", "\\def\\x#1{#1#1#1#1}\\x{\\x{\\x{\\x{\\x{\\x{\\x{\\x{\\x{a}}}}}}}}}"],
    ["global macros", "\\gdef\\y{\\y x}\\y"],
    ["unfinished", "\\frac{1}{"],
    ["unknown", "\\nosuch"],
    ["a link", "\\href{javascript:alert(1)}{x}"],
    ["an image", "\\includegraphics{https://example.com/x.png}"],
  ])("that is hostile or wrong is shown with its fault, and does nothing: %s", (_what, tex) => {
    const html = formulaHtml(tex, false) as string;
    expect(html).toMatch(/katex/);
    expect(html).not.toMatch(/href=|<img|src=/);
    expect(html.length).toBeLessThan(20_000);
  });

  test("of boxes larger than a page is made smaller", () => {
    expect(formulaHtml("\\rule{1000em}{1000em}", true)).toMatch(/border-right-width:20em;border-top-width:20em/);
  });

  test("that is too long or too deep stays as it was written", () => {
    expect(formulaHtml("a+".repeat(maxFormulaLength), false)).toBe(null);
    expect(shown(`$${"\\sqrt{".repeat(2_000)}x${"}".repeat(2_000)}$`)).toContain("formula-text");
    expect(shown(`$${"a+".repeat(600)}b$`)).toContain("formula-text");
  });

  test("beyond the 200th of a note stays as it was written", () => {
    const html = shown("$a$ ".repeat(205));
    expect(html.match(/class="katex"/g)?.length).toBe(200);
    expect(html.match(/data-testid="formula-text"/g)?.length).toBe(5);
  });
});
