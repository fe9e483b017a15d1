import { z } from "zod";
import { wireText } from "../wire/wireText.ts";

const most = { warnings: 20, length: 500 };

/** What was passed over or looks like a mistake in a data set, a sentence each. */
export const datasetWarnings = z.array(wireText(most.length)).max(most.warnings);

/** Warnings as the wire takes them: long ones are cut, and the last says how many are not shown. */
export function boundWarnings(warnings: readonly string[]): string[] {
  const kept = warnings.slice(0, warnings.length > most.warnings ? most.warnings - 1 : most.warnings);
  const more = warnings.length - kept.length;
  const cut = kept.map((text) => (text.length > most.length ? `${text.slice(0, most.length - 1).toWellFormed()}…` : text));
  return more > 0 ? [...cut, `${more} more warnings are not shown.`] : cut;
}
