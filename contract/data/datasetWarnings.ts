import { z } from "zod";
import { wireText } from "../wireText.ts";

const max = { warnings: 20, length: 500 };

/** What was passed over or looks like a mistake in a data set, a sentence each. */
export const datasetWarnings = z.array(wireText(max.length)).max(max.warnings);

/** Warnings as the wire takes them: long ones are cut, and the last says how many are not shown. */
export function boundWarnings(warnings: readonly string[]): string[] {
  const kept = warnings.slice(0, warnings.length > max.warnings ? max.warnings - 1 : max.warnings);
  const more = warnings.length - kept.length;
  const cut = kept.map((text) => (text.length > max.length ? `${text.slice(0, max.length - 1).toWellFormed()}…` : text));
  return more > 0 ? [...cut, `${more} more warnings are not shown.`] : cut;
}
