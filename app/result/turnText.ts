import type { TurnView } from "../../contract/wire/views.ts";
import { countOf, formatCount } from "../text/formatNumber.ts";

/** When the runs of a study that wait behind others have their turn. @param launcher who launched it, where there are several people */
export function turnText({ people, underWay, leastOfOthers, ahead }: TurnView, slots: number, launcher: string | null): string {
  const own =
    ahead === 0
      ? ""
      : ` ${countOf(ahead, "run")} of ${people > 1 ? "their " : ""}other studies ${ahead === 1 ? "goes" : "go"} first.`;
  if (people === 1) return `${slots === 1 ? "The one slot is" : `All ${countOf(slots, "slot")} are`} busy.${own}`;
  const share = `${people} people share ${countOf(slots, "slot")}; ${launcher ?? "whoever launched this"} has ${underWay === 0 ? "none" : countOf(underWay, "run")} under way.`;
  return `${share} ${nextSlot(underWay, leastOfOthers)}${own}`;
}

function nextSlot(underWay: number, leastOfOthers: number | null): string {
  if (leastOfOthers === null || underWay < leastOfOthers) return "The next free slot is theirs.";
  if (underWay === leastOfOthers) return "Others who are waiting have as few, so they take turns.";
  return `The next free slots go to others, until those who wait have ${formatCount(underWay)} under way too.`;
}
