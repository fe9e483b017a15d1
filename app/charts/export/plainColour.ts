/** The theme's colours that charts use, as in globals.css: [light, dark]. */
export const palette: Record<string, readonly [light: string, dark: string]> = {
  "--surface": ["#ffffff", "#14161a"],
  "--ink": ["#17181c", "#ecedf0"],
  "--ink-soft": ["#4d4f57", "#b0b4bd"],
  "--ink-faint": ["#6a6c75", "#8d929d"],
  "--accent": ["#3049c9", "#93a8ff"],
  "--arch-rn1": ["oklch(0.52 0.15 252)", "oklch(0.74 0.12 252)"],
  "--arch-rn2": ["oklch(0.64 0.15 55)", "oklch(0.77 0.13 62)"],
  "--chart-grid": ["#ebebe7", "#1f2229"],
  "--chart-axis": ["#8a8c94", "#6d727d"],
  "--chart-floor": ["#e6e6e2", "#23262d"],
  "--chart-theory": ["#6a6c75", "#8d929d"],
};

/** A colour of the charts as #rrggbb, which every program reads; what is none of theirs is the ink. */
export function plainColour(colour: string, dark: boolean): string {
  const variable = /^var\((--[\w-]+)\)$/.exec(colour)?.[1];
  if (variable !== undefined) return plainColour((palette[variable] ?? palette["--ink"])?.[dark ? 1 : 0] as string, dark);
  const sides = /^light-dark\((.+\)|[^,]+),\s*(.+)\)$/.exec(colour);
  if (sides) return plainColour((dark ? sides[2] : sides[1]) as string, dark);
  if (/^#[\da-f]{6}$/i.test(colour)) return colour.toLowerCase();
  const polar = /^oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)$/.exec(colour);
  if (polar) return fromOklch(Number(polar[1]), Number(polar[2]), Number(polar[3]));
  return plainColour("var(--ink)", dark);
}

/** #rrggbb of red, green and blue in linear light; what lies outside is cut off. */
function hex(linear: readonly number[]): string {
  const digits = linear.map((light) => {
    const cut = Math.min(1, Math.max(0, light));
    const value = cut <= 0.0031308 ? 12.92 * cut : 1.055 * cut ** (1 / 2.4) - 0.055;
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, "0");
  });
  return `#${digits.join("")}`;
}

/** Oklab to linear sRGB. Source: Ottosson (2020), A perceptual color space for image processing. */
function fromOklab(lightness: number, a: number, b: number): string {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return hex([
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]);
}

const fromOklch = (lightness: number, chroma: number, hue: number): string =>
  fromOklab(lightness, chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180));

function toOklab(colour: string): [number, number, number] {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** The colour of a cosine: −1 blue … 0 the page … +1 orange, as in the heat maps. */
export function cosineColour(value: number, dark: boolean): string {
  const end = toOklab(plainColour(value < 0 ? "var(--arch-rn1)" : "var(--arch-rn2)", dark));
  const middle = toOklab(plainColour("var(--surface)", dark));
  const share = Math.min(1, Math.abs(value)) || 0;
  const [l, a, b] = end.map((part, at) => share * part + (1 - share) * (middle[at] as number)) as [number, number, number];
  return fromOklab(l, a, b);
}
