import type { SeenColumn } from "../tables/columns.ts";
import { guessColumns } from "../tables/guessColumns.ts";
import type { Table } from "../tables/readTable.ts";
import { ownKey, parsePrefix, wandbFacts } from "./wandbForms.ts";

/** What the columns of a table of W&B's runs are taken for: by their prefixes, or as those of any table of runs. */
export async function guessWandb(table: Table): Promise<SeenColumn[]> {
  const name = table.columns.findIndex((column) => /^(name|run[ _.]?name)$/i.test(column));
  return (await guessColumns(table)).map((seen, at): SeenColumn => {
    const { column, examples } = seen;
    if (at === name) return { column, examples, role: "run" };
    const known = parsePrefix(column);
    if (known?.kind === "config")
      return /^_?wandb/.test(known.name)
        ? { column, examples, role: "ignore" }
        : {
            column,
            examples,
            ...(/^(random[ _.]?)?seed$/i.test(known.name) ? { role: "seed" } : { role: "axis", as: known.name }),
          };
    const own = known?.name ?? column;
    if (own === "_step") return { column, examples, role: "step" };
    if (ownKey.test(own)) return { column, examples, role: "ignore" };
    if (known) return { column, examples, role: seen.role === "ignore" || isText(seen) ? "ignore" : "metric", as: known.name };
    if (wandbFacts.has(column.toLowerCase()) || seen.role === "run" || seen.role === "step")
      return { column, examples, role: seen.role === "step" && /^epoch$/i.test(column) ? "metric" : "ignore" };
    return seen;
  });
}

/** A column of which at least one value is no number is never a metric of a summary. */
const isText = ({ examples }: SeenColumn): boolean => examples.some((text) => !/^[+-]?(\d|\.\d|nan|inf)/i.test(text));
