/** What a reason keeps from being measured: "train/balance@1", or "train/balance@1…7" where it is all of them. */
export interface MissingReason {
  reason: string;
  keys: string[];
}

/**
 * Series that could not be measured, by the reason, each said once.
 * @param noOptimum why there is no L*, where that is said beside it; a stored reason may be cut off
 */
export function missingReasons(missing: Readonly<Record<string, string>>, noOptimum = ""): MissingReason[] {
  const byReason = Map.groupBy(Object.entries(missing), ([, reason]) => reason);
  return [...byReason].map(([reason, entries]) => ({
    reason: noOptimum !== "" && noOptimum.startsWith(reason) ? "there is no L*" : reason,
    keys: joined(entries.map(([key]) => key)),
  }));
}

const atLayer = /^(.*)@(\d+)$/;

/** Keys of one metric at layers that follow each other become one. */
function joined(keys: readonly string[]): string[] {
  const found: { name: string; from: number | null; to: number }[] = [];
  for (const key of keys) {
    const [, name, layer] = atLayer.exec(key) ?? [];
    const at = layer === undefined ? null : Number(layer);
    const before = found.findLast((one) => one.name === (name ?? key) && one.from !== null);
    if (at !== null && before?.to === at - 1) before.to = at;
    else found.push({ name: name ?? key, from: at, to: at ?? 0 });
  }
  return found.map(({ name, from, to }) => (from === null ? name : `${name}@${from === to ? from : `${from}…${to}`}`));
}
