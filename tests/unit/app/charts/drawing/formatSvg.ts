/** Attributes that say how the library made an element, not how it looks. */
const skipped = /^(class|role|tabindex|offset|orientation|angle|data-.*)$/;
/** Attributes that an element has from the box around it, and that do nothing on it. */
const idle: Record<string, readonly string[]> = { line: ["x", "y", "width", "height"], text: ["width", "height"] };

const rounded = (value: string) => value.replace(/-?\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))));
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * A picture as text to be compared line by line: an element a line, numbers of two decimals, and ids counted in order. Opened in a
 * browser, it is drawn in the page's own colours.
 */
export function formatSvg(svg: Element, tokens: string): string {
  const ids = new Map<string, string>();
  const named = (value: string) => {
    for (const [id, name] of ids) if (value === `url(#${id})`) return `url(#${name})`;
    return value;
  };
  for (const element of svg.querySelectorAll("[id]")) ids.set(element.id, `id${ids.size + 1}`);

  const tag = (element: Element): string => {
    const name = element.tagName;
    const attributes = [...element.attributes]
      .filter((one) => !skipped.test(one.name) && !idle[name]?.includes(one.name))
      .map(({ name: key, value }) => ` ${key}="${escaped(key === "id" ? (ids.get(value) ?? value) : rounded(named(value)))}"`);
    return `<${name}${attributes.join("")}`;
  };
  const lines = (element: Element, indent: string): string[] => {
    const name = element.tagName;
    const inner = [...element.children].flatMap((child) => lines(child, `${indent} `));
    const text = element.children.length === 0 ? (element.textContent ?? "") : "";
    // What the library keeps ready and does not use.
    if (inner.length === 0 && text === "" && ["g", "defs", "title", "desc"].includes(name)) return [];
    if (text !== "") return [`${indent}${tag(element)}>${escaped(text)}</${name}>`];
    if (inner.length === 0) return [`${indent}${tag(element)}/>`];
    return [`${indent}${tag(element)}>`, ...inner, `${indent}</${name}>`];
  };
  const [head = "", ...rest] = lines(svg, "");
  return [`<?xml-stylesheet href="${tokens}"?>`, head.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"'), ...rest].join(
    "\n",
  );
}
