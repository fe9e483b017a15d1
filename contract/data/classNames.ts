import { z } from "zod";
import { limits } from "../limits.ts";
import { storableText, wireText } from "../wireText.ts";

const maxLength = limits.classNameLength;

/** Names of a data set's classes [K], in the order of their numbers. */
export const classNames = z.array(wireText(maxLength)).max(limits.classes.max);

/** Names as the wire takes them: one that is too long is cut, one without characters becomes its number. */
export const boundClassNames = (names: readonly string[]): string[] =>
  names.slice(0, limits.classes.max).map((name, k) => storableText(name.trim(), maxLength) || String(k));

/** What a person reads of class k: its name, or its number where none is known. */
export const classLabel = (names: readonly string[] | undefined, k: number): string => names?.[k] ?? String(k);
