/** Puts a floating element (in the top layer) below its anchor, or above if there is no room, within the window. */
export function placeBeside(anchor: Element, floating: HTMLElement, align: "start" | "end" | "center", gap = 4): void {
  const from = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = floating;
  const margin = 8;
  const wanted = align === "start" ? from.left : align === "end" ? from.right - width : from.left + (from.width - width) / 2;
  const left = Math.max(margin, Math.min(wanted, window.innerWidth - width - margin));
  const below = from.bottom + gap;
  const fitsBelow = below + height <= window.innerHeight - margin;
  const top = fitsBelow || from.top - gap - height < margin ? below : from.top - gap - height;
  floating.style.left = `${left}px`;
  floating.style.top = `${top}px`;
}
