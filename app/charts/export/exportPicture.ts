import type { LineStyle } from "../lineStyle.ts";
import { markerPath } from "../marks/markerPath.ts";

const copied = [
  "fill",
  "fill-opacity",
  "fill-rule",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "opacity",
  "font-size",
  "font-weight",
  "text-anchor",
  "paint-order",
] as const;

interface PictureLegend {
  label: string;
  style: LineStyle;
}

const line = 18;
const svgNames = "http://www.w3.org/2000/svg";

function addText(parent: SVGElement, text: string, x: number, y: number, fill: string, weight = "400"): void {
  const element = document.createElementNS(svgNames, "text");
  element.textContent = text;
  for (const [name, value] of Object.entries({ x, y, fill, "font-size": 12, "font-weight": weight }))
    element.setAttribute(name, String(value));
  parent.append(element);
}

/** The picture as a standalone SVG text with title and legend: the theme's colours resolved, on the page's own background. */
export function svgOf(
  chart: SVGSVGElement,
  title: string,
  legend: readonly PictureLegend[] = [],
): { text: string; width: number; height: number } {
  const clone = chart.cloneNode(true) as SVGSVGElement;
  const sources = chart.querySelectorAll<SVGElement>("*");
  clone.querySelectorAll<SVGElement>("*").forEach((element, index) => {
    const source = sources[index];
    if (source === undefined) return;
    const style = getComputedStyle(source);
    const isText = source.tagName === "text" || source.tagName === "tspan";
    for (const name of copied) {
      if (!isText && (name.startsWith("font") || name === "text-anchor")) continue;
      const value = style.getPropertyValue(name);
      if (value) element.setAttribute(name, name === "fill" || name === "stroke" ? plainColour(value) : value);
    }
    element.removeAttribute("class");
    for (const attribute of [...element.attributes])
      if (attribute.name.startsWith("data-")) element.removeAttribute(attribute.name);
  });
  for (const helper of clone.querySelectorAll("[style*='cursor']")) helper.remove();
  const { width, height: plotHeight } = chart.getBoundingClientRect();
  const height = plotHeight + line * (legend.length + 1.5);
  const page = getComputedStyle(chart);
  const [ink, ground] = [plainColour(page.color), plainColour(getComputedStyle(document.documentElement).backgroundColor)];
  const root = document.createElementNS(svgNames, "svg");
  const name = document.createElementNS(svgNames, "title");
  name.textContent = title;
  const background = document.createElementNS(svgNames, "rect");
  for (const [key, value] of Object.entries({ width: "100%", height: "100%", fill: ground })) background.setAttribute(key, value);
  root.append(name, background);
  addText(root, title, 12, line, ink, "600");
  for (const attribute of ["style", "class", "tabindex", "role"]) clone.removeAttribute(attribute);
  clone.setAttribute("y", String(line * 1.4));
  clone.setAttribute("width", String(width));
  clone.setAttribute("height", String(plotHeight));
  root.append(clone);
  legend.forEach(({ label, style }, index) => {
    const y = plotHeight + line * (index + 2);
    const swatch = document.createElementNS(svgNames, "path");
    const colour = plainColour(resolvedColour(chart, style.colour));
    for (const [key, value] of Object.entries({
      d: `M12,${y - 4}h28`,
      stroke: colour,
      "stroke-width": 1.75,
      "stroke-dasharray": style.dash || "none",
    }))
      swatch.setAttribute(key, String(value));
    const marker = document.createElementNS(svgNames, "path");
    for (const [key, value] of Object.entries({
      d: markerPath(style.marker, 3),
      transform: `translate(26,${y - 4})`,
      fill: colour,
      "fill-rule": "evenodd",
    }))
      marker.setAttribute(key, value);
    root.append(swatch, marker);
    addText(root, label, 48, y, ink);
  });
  for (const [key, value] of Object.entries({
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    "font-family": "Inter, Helvetica, Arial, sans-serif",
  }))
    root.setAttribute(key, String(value));
  return { text: new XMLSerializer().serializeToString(root), width, height };
}

/** A colour with light-dark() as the theme shows it. */
function resolvedColour(near: SVGElement, colour: string): string {
  const probe = document.createElementNS(svgNames, "rect");
  probe.style.fill = colour;
  near.append(probe);
  const resolved = getComputedStyle(probe).fill;
  probe.remove();
  return resolved;
}

let painter: CanvasRenderingContext2D | null = null;
/** Any CSS colour as rgb(a), which every SVG program reads. */
function plainColour(colour: string): string {
  if (colour === "none" || colour === "" || colour.startsWith("url(")) return colour || "none";
  painter ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (painter === null) return colour;
  painter.clearRect(0, 0, 1, 1);
  painter.fillStyle = colour;
  painter.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = painter.getImageData(0, 0, 1, 1).data as unknown as [number, number, number, number];
  return alpha === 255 ? `rgb(${red},${green},${blue})` : `rgba(${red},${green},${blue},${(alpha / 255).toFixed(3)})`;
}

/** The picture as PNG, twice as fine as on screen. @throws Error if the browser cannot draw it */
export async function pngOf(svg: string, width: number, height: number): Promise<Blob> {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * 2;
    canvas.height = height * 2;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (blob === null) throw new Error("The browser could not draw the picture.");
    return blob;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Offers a file to keep. */
export function saveFile(name: string, content: Blob | string, type = "text/plain"): void {
  const address = URL.createObjectURL(typeof content === "string" ? new Blob([content], { type }) : content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A title as a file name. */
export const fileName = (title: string, ending: string): string =>
  `${
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 60) || "chart"
  }.${ending}`;
