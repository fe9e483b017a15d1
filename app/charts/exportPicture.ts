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

/** The picture as a standalone SVG text: the theme's colours resolved, on the page's own background. */
export function svgOf(chart: SVGSVGElement, title: string): string {
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
      if (value) element.setAttribute(name, name === "fill" || name === "stroke" ? plainColor(value) : value);
    }
    element.removeAttribute("class");
    for (const attribute of [...element.attributes])
      if (attribute.name.startsWith("data-")) element.removeAttribute(attribute.name);
  });
  for (const helper of clone.querySelectorAll("[style*='cursor']")) helper.remove();
  const { width, height } = chart.getBoundingClientRect();
  const background = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  background.setAttribute("width", "100%");
  background.setAttribute("height", "100%");
  background.setAttribute("fill", plainColor(getComputedStyle(document.documentElement).getPropertyValue("background-color")));
  clone.prepend(background);
  const name = document.createElementNS("http://www.w3.org/2000/svg", "title");
  name.textContent = title;
  clone.prepend(name);
  clone.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  clone.setAttribute("viewBox", `0 0 ${width} ${height}`);
  clone.setAttribute("width", String(width));
  clone.setAttribute("height", String(height));
  clone.setAttribute("font-family", "Inter, Helvetica, Arial, sans-serif");
  clone.removeAttribute("style");
  clone.removeAttribute("class");
  return new XMLSerializer().serializeToString(clone);
}

let painter: CanvasRenderingContext2D | null = null;
/** Any CSS colour as rgb(a), which every SVG program reads. */
function plainColor(color: string): string {
  if (color === "none" || color === "" || color.startsWith("url(")) return color || "none";
  painter ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (painter === null) return color;
  painter.clearRect(0, 0, 1, 1);
  painter.fillStyle = color;
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
    if (blob === null) throw new Error("The browser did not draw the picture.");
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
