/** Hues of the classes, far apart for neighbours; the label next to each mean distinguishes them without colour. */
const hues = [252, 52, 165, 345, 95, 300, 205, 25, 130, 275];

export function classColour(label: number, dark: boolean): string {
  const hue = hues[label % hues.length] as number;
  const second = Math.floor(label / hues.length) % 2 === 1;
  const lightness = dark ? (second ? 0.62 : 0.76) : second ? 0.7 : 0.55;
  return `oklch(${lightness} 0.14 ${hue})`;
}

/** The same for a style sheet, which knows the theme already. */
export const classCss = (label: number): string => `light-dark(${classColour(label, false)}, ${classColour(label, true)})`;
