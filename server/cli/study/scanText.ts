import { CST, Lexer } from "yaml";
import type { Complaint } from "../fileFailure.ts";

/** Levels of a study's file, of each kind; none has half as many. A parser calls itself for each, and thousands end the program. */
const maxDepth = 32;
const maxComplaints = 20;

/** What YAML's own text may hold. */
const unprintable = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|\r(?!\n)/u;

/** Parts of YAML that say something else than what is seen, or that make much of little; a study needs none of them. */
const refused: Record<string, string> = {
  alias: "aliases are not read: write the value out",
  anchor: "anchors are not read: write the value out where it is needed",
  tag: "tags are not read: leave it out",
  "directive-line": "directives are not read: leave it out (the file is YAML 1.2)",
};

/** What of a text is not read whatever it says, found without building anything of it. */
export function scanText(text: string): Complaint[] {
  const at = unprintable.exec(text);
  if (at !== null) return [{ ...placeIn(text, at.index), path: "", message: unprintableText(at[0]) }];
  const found: Complaint[] = [];
  const complain = (offset: number, message: string) => found.push({ ...placeIn(text, offset), path: "", message });
  let [offset, lineStart, flow] = [0, 0, 0];
  let columns: number[] = [];
  let isLineBegun = false;
  let isContent = false;
  for (const token of new Lexer().lex(text)) {
    // Marks of the lexer's own.
    if (token === CST.DOCUMENT || token === CST.FLOW_END || token === CST.SCALAR) {
      isContent = token === CST.SCALAR;
      continue;
    }
    const type = isContent ? "content" : (CST.tokenType(token) ?? "content");
    isContent = false;
    if (refused[type]) complain(offset, `${shown(token)}: ${refused[type]}`);
    if (type === "space" && token.includes("\t") && flow === 0) complain(offset, "a tab: indent and separate with spaces");
    if (type === "flow-map-start" || type === "flow-seq-start") flow++;
    if (type === "flow-map-end" || type === "flow-seq-end") flow--;
    if (flow === 0 && type !== "space" && type !== "newline" && type !== "comment") {
      const column = offset - lineStart;
      // What stands further to the left than before is outside of it again.
      if (!isLineBegun) columns = columns.filter((one) => one < column);
      if (column > (columns.at(-1) ?? -1)) columns.push(column);
      isLineBegun = true;
    }
    if (Math.max(flow, columns.length) > maxDepth) {
      complain(offset, `nested deeper than ${maxDepth} levels`);
      return found;
    }
    if (found.length >= maxComplaints) return found;
    offset += token.length;
    const end = token.lastIndexOf("\n");
    if (end >= 0) {
      lineStart = offset - (token.length - end - 1);
      isLineBegun = false;
    }
  }
  return found;
}

/** Line and column of a place, from 1. */
export function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

const shown = (token: string) => (token.length > 40 ? `${token.slice(0, 40)}…` : token);

function unprintableText(sign: string): string {
  if (sign === "\r") return "a carriage return without a line feed: end lines with a line feed";
  const code = sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return `the character U+${code} cannot stand in YAML: leave it out`;
}
