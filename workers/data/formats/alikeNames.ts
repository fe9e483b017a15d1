/**
 * Groups of class names that are likely one class written differently: in case, quotes, blanks, invisible characters,
 * Unicode form, or as numbers with other zeros.
 * @returns groups of at least two, in the order of the names
 */
export function alikeNames(names: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const key = plainForm(name);
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** A warning about them; none where there are none. */
export function alikeWarning(where: string, names: readonly string[]): string[] {
  const groups = alikeNames(names);
  if (groups.length === 0) return [];
  const examples = groups.slice(0, 3).map((group) => group.map(visible).join(" and "));
  const more = groups.length > 3 ? ` (and ${groups.length - 3} more)` : "";
  return [
    `${where} has classes whose names differ only in case, quotes, spaces, Unicode form or zeros, and are read as different classes: ${examples.join("; ")}${more}.`,
  ];
}

function plainForm(name: string): string {
  const bare = name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .replace(/["'`´‘’‚“”„«»]/g, "")
    .replace(/[\s_]+/g, " ")
    .trim();
  return /^[+-]?\d+(\.\d*)?$/.test(bare) ? String(Number(bare)) : bare;
}

/** Names that look alike are told apart by the codes of what is beyond ASCII or blank at an end. */
const visible = (name: string) =>
  JSON.stringify(name).replace(
    /[^ -~]/gu,
    (character) =>
      `${/[\p{M}\p{Z}\p{C}]/u.test(character) ? "" : character}<U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`,
  );
