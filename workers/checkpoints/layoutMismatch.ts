import type { ParameterSpec } from "../models/network.ts";
import { parameterCount } from "../models/parameterLayout.ts";
import type { Checkpoint } from "./checkpointFile.ts";

/** Why the vectors of a checkpoint are not those of this network, as where another version laid it out otherwise; null if they are. */
export function layoutMismatch(
  { layout, state }: Pick<Checkpoint, "layout" | "state">,
  specs: readonly ParameterSpec[],
): string | null {
  const count = parameterCount([...specs]);
  const wrong = Object.entries(state).find(([, values]) => values.length !== count);
  if (wrong) return `its ${wrong[0]} are ${wrong[1].length} numbers, and the network has ${count} parameters`;
  if (layout === undefined) return null;
  const text = ({ name, shape }: { name: string; shape: readonly number[] }) => `${name} [${shape.join(" × ")}]`;
  const at = specs.findIndex((spec, index) => layout[index] === undefined || text(layout[index]) !== text(spec));
  return at < 0
    ? null
    : `its parameter ${at + 1} is ${layout[at] ? text(layout[at]) : "missing"}, the network's is ${text(specs[at])}`;
}
