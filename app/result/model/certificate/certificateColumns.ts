import { formatMeasure, formatPercent } from "../../../text/formatNumber.ts";
import type { CertifiedDepth } from "./certificate.ts";
import { stationaryText } from "./certificateText.ts";

/** What a table says of each depth, on a page and in a report. */
export const certificateColumns: readonly { title: string; of: (depth: CertifiedDepth) => string; isText?: boolean }[] = [
  { title: "Depth L", of: ({ depth }) => String(depth) },
  { title: "J − L*, least", of: ({ above }) => formatMeasure(above) },
  { title: "in L*", of: ({ relative }) => formatPercent(relative) },
  { title: "J − L*, largest", of: ({ most }) => formatMeasure(most) },
  { title: "Start", of: ({ start }) => start },
  { title: "Finished", of: ({ finished, runs }) => `${finished} of ${runs}` },
  { title: "The best run's end", of: stationaryText, isText: true },
];
