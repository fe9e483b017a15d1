import { embedPage } from "../../links.ts";

const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const attribute = (text: string): string => text.toWellFormed().replace(/[&<>"]/g, (sign) => signs[sign] as string);

/** Choices of the result page that no chart shows. */
const leftOut = ["sort", "filter", "panel"];

export interface Embedded {
  /** Token of the share link. */
  token: string;
  panel: string;
  title: string;
  /** "system": as the reader has it. */
  theme: "system" | "light" | "dark";
  /** Parameters of the result page's address. */
  search: string;
}

/** What a person puts into their own page to show a chart in a frame. @param server address by which people reach this one */
export function embedCode(server: string, { token, panel, title, theme, search }: Embedded): string {
  const view = [...new URLSearchParams(search)].filter(([name]) => !leftOut.includes(name) && name !== "theme");
  const address = new URL(embedPage(token, panel, theme === "system" ? view : [...view, ["theme", theme]]), server);
  return `<iframe src="${attribute(address.href)}" title="${attribute(title)}" width="100%" height="480" style="border:0" loading="lazy"></iframe>`;
}
