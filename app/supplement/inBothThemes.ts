const colour = /#[\da-f]{6}/g;

/** One drawing for both themes, from two that differ in their colours alone. */
export function inBothThemes(light: string, dark: string): string {
  const others = dark.match(colour) ?? [];
  let at = 0;
  return light.replace(colour, (own) => {
    const other = others[at++] ?? own;
    return own === other ? own : `light-dark(${own},${other})`;
  });
}
