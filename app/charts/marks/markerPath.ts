import type { Marker } from "../lineStyle.ts";

const polygon = (corners: number, radius: number, turn: number): string => {
  const at = (index: number) => {
    const angle = turn + (index * 2 * Math.PI) / corners;
    return `${(radius * Math.sin(angle)).toFixed(2)},${(-radius * Math.cos(angle)).toFixed(2)}`;
  };
  return `M${Array.from({ length: corners }, (_, index) => at(index)).join("L")}Z`;
};

const circle = (radius: number): string =>
  `M${-radius},0a${radius},${radius} 0 1,0 ${2 * radius},0a${radius},${radius} 0 1,0 ${-2 * radius},0Z`;

const star = (radius: number): string => {
  const points = Array.from({ length: 10 }, (_, index) => {
    const length = index % 2 === 0 ? radius * 1.3 : radius * 0.55;
    const angle = (index * Math.PI) / 5;
    return `${(length * Math.sin(angle)).toFixed(2)},${(-length * Math.cos(angle)).toFixed(2)}`;
  });
  return `M${points.join("L")}Z`;
};

const cross = (radius: number): string => {
  const arm = radius * 0.42;
  const end = radius * 1.1;
  return `M${-arm},${-end}H${arm}V${-arm}H${end}V${arm}H${arm}V${end}H${-arm}V${arm}H${-end}V${-arm}H${-arm}Z`;
};

/** SVG path of a marker around the origin; all cover about the same area. */
export function markerPath(marker: Marker, radius: number): string {
  switch (marker) {
    case "circle":
      return circle(radius);
    case "square":
      return polygon(4, radius * 1.25, Math.PI / 4);
    case "diamond":
      return polygon(4, radius * 1.35, 0);
    case "triangle":
      return polygon(3, radius * 1.4, 0);
    case "cross":
      return cross(radius);
    case "star":
      return star(radius);
    case "wye":
      return polygon(3, radius * 1.4, Math.PI);
    case "ring":
      return `${circle(radius * 1.15)}${circle(radius * 0.5)}`;
  }
}
