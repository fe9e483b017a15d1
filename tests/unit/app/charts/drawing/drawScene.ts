import { act, type ReactElement } from "react";
import { createRoot } from "react-dom/client";
import { formatSvg } from "./formatSvg.ts";

export interface Scene {
  element: ReactElement;
  /** Chart to take, where there are several. */
  panel?: string;
  /** Lines of the legend that are clicked before, by their text. */
  clicked?: string[];
}

/** Width of every chart, pixels: this document has no layout of its own. */
const width = 640;
const tokens = "../../../../../app/globals.css";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
Object.defineProperty(HTMLElement.prototype, "clientWidth", { get: () => width });

const comment = (what: string, text: string) => `<!-- ${what}: ${text.replaceAll("--", "- -")} -->`;

/** The picture of a component as it is mounted in a page, and what its panel says around it, as comments. */
export async function drawScene({ element, panel, clicked = [] }: Scene): Promise<string> {
  const page = document.body.appendChild(document.createElement("div"));
  const root = createRoot(page);
  try {
    await act(async () => root.render(element));
    const box = panel === undefined ? page : page.querySelector(`[data-panel="${panel}"]`);
    const legend = () => [...(box?.querySelectorAll<HTMLElement>('[aria-label="Lines"] button') ?? [])];
    for (const text of clicked) {
      const line = legend().find((one) => one.textContent.replace(/\s/g, " ") === text);
      if (line === undefined) throw new Error(`no line of the legend says "${text}"`);
      await act(async () => line.click());
    }
    const svg = box?.querySelector("svg.recharts-surface") ?? box?.querySelector("svg");
    if (!svg) throw new Error("the scene has no picture");
    const said = box?.querySelector("section > div:last-child > p.text-2xs")?.textContent;
    return [
      formatSvg(svg, tokens),
      ...legend().map((line) => comment(line.getAttribute("aria-pressed") === "true" ? "line" : "hidden line", line.textContent)),
      ...(said ? [comment("said", said)] : []),
      "",
    ].join("\n");
  } finally {
    await act(async () => root.unmount());
    page.remove();
  }
}
