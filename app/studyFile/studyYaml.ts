import { Document, isScalar, Scalar, visit } from "yaml";
import type { LaunchInput } from "../../contract/config/experimentConfig.ts";
import { studyFileOf } from "../../contract/presets/studyFile.ts";

/**
 * What a terminal that this is pasted into could take for a key, or for the end of the text: written as an escape. A carriage return is
 * Enter there, and some marks turn the direction of what is read.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const odd = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;
const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A study's file in YAML, as `collapsar launch` reads it. */
export function studyYaml(launch: LaunchInput): string {
  const document = new Document(studyFileOf(launch), { version: "1.2", aliasDuplicateObjects: false });
  visit(document, {
    Seq: (_, node) => {
      if (node.items.every(isScalar)) node.flow = true;
    },
    Scalar: (_, node) => {
      // Escapes are possible in these quotes alone.
      if (typeof node.value === "string" && node.value.search(odd) >= 0) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false }).replace(odd, escaped);
}
