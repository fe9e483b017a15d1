import { readdirSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../support/processes/server.ts";
import { figureOf } from "./figures.ts";
import { recordingOf } from "./recordings.ts";
import { ladderTables, settingsTable } from "./tables.ts";

/** The pages that say what came out, from the root of the project. */
export const documents = [
  "README.md",
  ...readdirSync(join(projectRoot, ".readme"), { recursive: true, encoding: "utf8" })
    .filter(isPage)
    .sort()
    .map((name) => `.readme/${name}`),
];

function isPage(name: string): boolean {
  return name.endsWith(".md");
}

/** "<!-- ladder ID [COLUMN …] -->" or "<!-- settings ID [COLUMN …] -->", a table or several, "<!-- end -->" */
const tableMark = /<!-- (ladder|settings) ([\w-]+)((?: \w+)*) -->\n[\s\S]*?<!-- end -->/g;
/** "<!--= FIGURE -->−0.505 ± 0.064<!--/-->" */
const figureMark = /<!--= (.+?) -->.*?<!--\/-->/g;

/** The text of a page with every marked table and figure as the recordings have it now. @throws if a mark names what is not there */
export function refreshed(text: string): string {
  return text
    .replace(tableMark, (_, kind: "ladder" | "settings", id: string, ids: string) => {
      const recording = recordingOf(id);
      const table = (kind === "ladder" ? ladderTables : settingsTable)(recording, ids.split(" ").filter(Boolean));
      return `<!-- ${kind} ${id}${ids} -->\n\n${table}\n\n<!-- end -->`;
    })
    .replace(figureMark, (_, expression: string) => `<!--= ${expression} -->${figureOf(expression)}<!--/-->`);
}

/** The recordings that a page's tables are from. */
export const tabledIn = (text: string): string[] => [...text.matchAll(tableMark)].map(([, , id]) => id);

/** The recordings that the numbers in a text's sentences are from. */
export const figuredIn = (text: string): string[] =>
  [...text.matchAll(figureMark)].map(([, expression]) => expression.split(/[[ ]/)[0]);

/** A text as it is read: without marks, in one line. */
export const plain = (text: string): string => text.replace(/<!--.*?-->/g, "").replace(/\s+/g, " ");
