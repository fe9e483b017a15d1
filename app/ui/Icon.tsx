/** Drawn on a 16-pixel grid with a 1.4-pixel line. */
const shapes = {
  plus: "M8 3.2v9.6M3.2 8h9.6",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.4 10.4 13.5 13.5",
  list: "M2.5 4.2h11M2.5 8h11M2.5 11.8h7",
  worker: "M3 2.8h10v4H3zM3 9.2h10v4H3zM5.2 4.8h.01M5.2 11.2h.01",
  theory: "M2.5 13.5c2.4 0 3-11 5.5-11s3.1 11 5.5 11M2.5 13.5h11",
  definition:
    "M8 4.2c-1.500-1-3.300-1.200-5.500-1.200v9.500c2.200 0 4 .200 5.500 1.200 1.500-1 3.300-1.200 5.500-1.200V3c-2.200 0-4 .200-5.500 1.200ZM8 4.200v9.500",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1",
  moon: "M13.2 9.6A5.7 5.7 0 0 1 6.4 2.8a5.7 5.7 0 1 0 6.8 6.8Z",
  system: "M2 3h12v8H2zM6 13.5h4M8 11v2.5",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  close: "m3.8 3.8 8.4 8.4M12.2 3.8l-8.4 8.4",
  check: "m3 8.5 3.2 3.2L13 4.8",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  down: "m4 6 4 4 4-4",
  right: "m6 4 4 4-4 4",
  left: "m10 4-4 4 4 4",
  up: "m4 10 4-4 4 4",
  trash: "M3 4.5h10M6.2 4.5v-2h3.6v2M4.5 4.5l.500 9h6l.500-9",
  archive: "M2.5 3h11v3h-11zM3.5 6v7h9V6M6.5 8.5h3",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2 12.5 8 5 12.8z",
  stop: "M4 4h8v8H4z",
  fork: "M4.5 2.5v11M4.5 9.5c0-3 7-1.5 7-5M11.5 4.5a1 1 0 1 0 0-2 1 1 0 0 0 0 2Z",
  again: "M13 8a5 5 0 1 1-1.5-3.6M13.2 2.2v2.6h-2.6",
  download: "M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.5h10",
  upload: "M8 10.2V2.7M4.8 5.7 8 2.500l3.200 3.200M3 13.500h10",
  link: "M6.8 9.2 9.2 6.8M7 4.7l1.3-1.3a2.9 2.9 0 0 1 4.2 4.2L11.2 9M9 11.3l-1.3 1.3a2.9 2.9 0 0 1-4.2-4.2L4.8 7",
  warning: "M8 2.5 14 13H2zM8 6.5v3M8 11.3h.01",
  keyboard: "M1.5 4h13v8h-13zM4 6.5h.01M6.7 6.5h.01M9.3 6.5h.01M12 6.5h.01M4.5 9.5h7",
  person: "M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8ZM2.8 13.6c.4-2.6 2.400-4 5.200-4s4.800 1.400 5.200 4",
  leave: "M9.5 2.500h-6.500v11h6.500M6.500 8h7M11 5.500 13.500 8 11 10.500",
  bell: "M4 11V7a4 4 0 0 1 8 0v4l1.200 1.500H2.800L4 11ZM6.800 14.200h2.400",
  key: "M6 10a3.5 3.5 0 1 1 2.8-1.4l4.7 4.7M11 11l1.5-1.5",
} as const;

export type IconName = keyof typeof shapes;

/** Decoration next to text or inside a labelled button: hidden from screen readers. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  const dots = name === "more";
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={dots ? 2 : 1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      className="shrink-0"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
