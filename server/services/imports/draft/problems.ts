import { importLimits } from "../../../../contract/wire/imports.ts";
import { counted } from "../refuse.ts";

interface Counted {
  count: number;
  first: string;
  text: (count: string, first: string) => string;
}

/** What is wrong with files, and what is to be known of them; what is said often is said once, with its count. */
export class Problems {
  private readonly said: { level: "error" | "warning"; message: string }[] = [];
  private readonly once = new Set<string>();
  private readonly often = new Map<string, Counted>();

  /** It cannot be imported so. */
  error(message: string): void {
    this.said.push({ level: "error", message });
  }

  /** The same, said of the first one of its kind only. */
  errorOnce(what: string, message: () => string): void {
    if (this.once.has(what)) return;
    this.once.add(what);
    this.error(message());
  }

  warn(message: string): void {
    this.said.push({ level: "warning", message });
  }

  /**
   * One more of something that may happen in every row.
   * @param what tells the kinds apart @param place of the first one, as its message shows it
   */
  count(what: string, place: () => string, text: Counted["text"], by = 1): void {
    const known = this.often.get(what);
    if (known) known.count += by;
    else this.often.set(what, { count: by, first: place(), text });
  }

  list(): { level: "error" | "warning"; message: string }[] {
    const often = [...this.often.values()].map(({ count, first, text }) => ({
      level: "warning" as const,
      message: text(counted(count), first),
    }));
    const all = [...this.said, ...often].sort((a, b) => Number(b.level === "error") - Number(a.level === "error"));
    const most = importLimits.shownProblems;
    if (all.length <= most) return all;
    const left = all.length - most;
    const level = all.slice(most).some((one) => one.level === "error") ? "error" : "warning";
    return [...all.slice(0, most), { level, message: `… and ${counted(left)} more of that kind.` }];
  }
}
