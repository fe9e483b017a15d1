import { type ResNetDepth, resNetBlocks, resNetForm } from "../../contract/config/resNet.ts";
import type { ParameterSpec } from "./network.ts";
import type { Initialization } from "./specMaker.ts";

interface SpecOptions {
  depth: number;
  width: number;
  initialization: Initialization;
}

/**
 * The parameters of a ResNet but for its head: filters W as matrices [O, 9 I] (of shortcuts [O, I]), normal with deviation
 * gain · √(2/(9 O)) by fan-out (He, Zhang, Ren, Sun 2015; as in torchvision); behind each γ = 1 (branchGain at the end of a branch),
 * β = 0, and running mean 0 and variance 1.
 */
export function resNetSpecs(options: SpecOptions, channels: number): { specs: ParameterSpec[]; layers: number } {
  const { depth, width, initialization } = options;
  const { gain, branchGain } = initialization;
  const { stem, stages } = resNetForm(depth as ResNetDepth);
  const specs: ParameterSpec[] = [];
  const layer = (name: string, outputs: number, inputs: number, size = 9, scale = 1) => {
    const column = { shape: [outputs, 1], deviation: 0 };
    specs.push(
      { name: `W${name}`, shape: [outputs, size * inputs], penalty: "hidden", deviation: gain * Math.sqrt(2 / (size * outputs)) },
      { name: `g${name}`, ...column, penalty: "free", start: scale },
      { name: `b${name}`, ...column, penalty: "free" },
      { name: `m${name}`, ...column, penalty: "statistic" },
      { name: `v${name}`, ...column, penalty: "statistic", start: 1 },
    );
  };
  let inputs = stem * width;
  layer("0", inputs, channels);
  let l = 0;
  stages.forEach((stage, at) => {
    const outputs = stage.channels * width;
    if (depth === 9) {
      l++;
      layer(`${l}.0`, outputs, inputs);
      if (stage.blocks > 0) {
        layer(`${l}.1`, outputs, outputs);
        layer(`${l}.2`, outputs, outputs, 9, branchGain);
      }
    } else
      for (let block = 0; block < stage.blocks; block++) {
        const moves = at > 0 && block === 0;
        l++;
        layer(`${l}.1`, outputs, moves ? inputs : outputs);
        layer(`${l}.2`, outputs, outputs, 9, branchGain);
        if (moves) layer(`${l}.s`, outputs, inputs, 1);
      }
    inputs = outputs;
  });
  return { specs, layers: resNetBlocks(depth) + 1 };
}
