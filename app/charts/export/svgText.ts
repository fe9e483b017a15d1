/** What XML 1.0 cannot hold, however it is escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A text inside of an XML element or attribute. */
export const xmlText = (text: string): string =>
  text
    .toWellFormed()
    .replace(forbidden, "\ufffd")
    .replace(/[&<>"]/g, (sign) => signs[sign] as string);

type Attributes = Record<string, string | number | undefined>;

/** An SVG element; `content` is markup. Attributes without a value are left out. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([key, value]) => ` ${key}="${xmlText(typeof value === "number" ? String(Number(value.toFixed(2))) : String(value))}"`)
    .join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Superscript digits as raised digits, for fonts that lack them. */
const raiseDigits = (markup: string): string =>
  markup.replace(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (power) => {
    const digits = [...power].map((sign) => (sign === "⁻" ? "−" : String(raised.indexOf(sign)))).join("");
    return `<tspan dy="-0.4em" font-size="75%">${digits}</tspan><tspan dy="0.3em" font-size="100%">\u200b</tspan>`;
  });

/** A line of text, at its baseline. */
export function textAt(text: string, x: number, y: number, attributes: Attributes, raise = false): string {
  return element("text", { x, y, ...attributes }, raise ? raiseDigits(xmlText(text)) : xmlText(text));
}
