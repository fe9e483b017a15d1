import { useState } from "react";

/** Groups of a table that a person has folded. */
export function useFolded(): { folded: ReadonlySet<string>; toggle: (key: string) => void } {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string) => {
    const next = new Set(folded);
    if (!next.delete(key)) next.add(key);
    setFolded(next);
  };
  return { folded, toggle };
}
