const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** How long ago, or the day: "just now", "5 min ago", "3 h ago", "12 Mar", "12 Mar 2025". */
export function formatAgo(time: string, now: number): string {
  const at = new Date(time);
  const seconds = (now - at.getTime()) / 1_000;
  if (seconds < 45) return "just now";
  if (seconds < 3_600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3_600)} h ago`;
  return (at.getFullYear() === new Date(now).getFullYear() ? day : dayOfYear).format(at);
}

/** The day alone, "12 Mar 2025". */
export const formatDay = (time: string): string => dayOfYear.format(new Date(time));

/** The time of the day, "14:05". */
export const formatClock = (time: string): string => clock.format(new Date(time));

/** Date and time in full, for tooltips and tables. */
export const formatFull = (time: string): string => full.format(new Date(time));
