import type { ExternalRunConfig } from "../../../../contract/external/externalConfig.ts";
import { plainShade } from "../../../result/external/model/externalStyle.ts";
import type { PanelNetwork } from "../runPanels.ts";

/** Letters for which there is room beside a panel's lines. */
const markLength = 4;

/** The network of a run that was trained elsewhere: of it nothing is known but its layers' names. */
export function externalNetwork({ layers = [] }: ExternalRunConfig): PanelNetwork {
  const nameOf = (layer: number) => layers[layer - 1] ?? `layer ${layer}`;
  return {
    layers: layers.length,
    layerName: nameOf,
    // Where a name is too long for the end of a line, its number stands there.
    layerMark: (layer) => (nameOf(layer).length <= markLength ? nameOf(layer) : String(layer)),
    style: { colour: plainShade(0.6), dash: "", marker: "circle" },
    shaded: plainShade,
  };
}
