import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { type AnySupplement, isExternalSupplement } from "../../contract/wire/supplement.ts";
import { LayersOfExternal, StudyOfExternal } from "./external/ExternalCharts.tsx";
import { LayersOfReport, StudyOfReport } from "./InteractiveCharts.tsx";
import { dataPlace, layersPlace, studyPlace, unreadPlace } from "./places.ts";

/** What runs in a report once it is opened: unpacks its data, and puts the charts in the place of their pictures. */
async function start(): Promise<void> {
  const supplement = await unpack(document.getElementById(dataPlace)?.textContent ?? "");
  if (isExternalSupplement(supplement)) {
    mount(studyPlace, <StudyOfExternal supplement={supplement} />);
    mount(layersPlace, <LayersOfExternal supplement={supplement} />);
    return;
  }
  mount(studyPlace, <StudyOfReport supplement={supplement} />);
  mount(layersPlace, <LayersOfReport supplement={supplement} />);
}

async function unpack(base64: string): Promise<AnySupplement> {
  const packed = Uint8Array.from(atob(base64.trim()), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function mount(id: string, chart: ReactNode): void {
  const place = document.getElementById(id);
  if (place === null) return;
  place.dataset.live = "";
  createRoot(place).render(chart);
}

start().catch((error) => {
  console.error(error);
  document.getElementById(unreadPlace)?.removeAttribute("hidden");
});
