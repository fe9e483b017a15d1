import type { GrowthConfig } from "../../../contract/config/growth.ts";
import type { ParameterSpec } from "../network.ts";
import { parameterCount, parameterSlice, sizeOf } from "../parameterLayout.ts";
import { identityValues, partOf } from "./identityBlock.ts";
import { placeBlocks, splitBlocks } from "./placeBlocks.ts";

/** What a deeper network begins from. */
export interface Grown {
  parameters: Float32Array;
  /** The same with blocks that change nothing and cost nothing: J is the shallower network's. Equal to `parameters` where these are so too. */
  base: Float32Array;
  /** Numbers of the blocks that are new; of those that are parts of a split one. */
  blocks: number[];
}

/** Those that, divided by m, make a branch 1/m of what it was. */
const branchEnds = ["W", "b", "W.2", "b.2", "W.VO", "W.O"];

/**
 * The parameters of a network grown from those of a shallower one that is the same otherwise. The blocks are 1 … B, the head has the number
 * B + 1; everything else keeps its name.
 * @param seed of the random values of new blocks
 * @throws {RangeError} if the network is not deeper; @throws {Error} naming a parameter that differs in more than its number
 */
export function growParameters(
  from: { specs: ParameterSpec[]; values: Float32Array; head: string },
  to: { specs: ParameterSpec[]; head: string },
  { blocks, epsilon }: GrowthConfig,
  seed: number,
): Grown {
  const [before, after] = [blocksBelow(from.head), blocksBelow(to.head)];
  if (after <= before) throw new RangeError(`a network of ${after} blocks does not grow from one of ${before}`);
  const places = placeBlocks(before, after);
  const identity = (random: boolean) =>
    fill(to.specs, (spec) => {
      const { block, part } = partOf(spec.name) ?? { block: 0, part: spec.name };
      if (block < 1 || block > after) return copied(from, spec, renumbered(spec.name, from.head, to.head));
      const old = places[block - 1];
      return old === null ? identityValues(spec, part, epsilon, seed, random) : copied(from, spec, numbered(spec.name, old));
    });
  const base = identity(false);
  if (blocks === "split" && before > 0) {
    const sources = splitBlocks(before, after);
    const parts = (source: number) => sources.filter((each) => each === source).length;
    const parameters = fill(to.specs, (spec) => {
      const { block, part } = partOf(spec.name) ?? { block: 0, part: spec.name };
      if (block < 1 || block > after) return copied(from, spec, renumbered(spec.name, from.head, to.head));
      const source = sources[block - 1];
      const values = copied(from, spec, numbered(spec.name, source));
      return branchEnds.includes(part) ? values.map((value) => value / parts(source)) : values;
    });
    return { parameters, base, blocks: numbersWhere(sources, (source) => parts(source) > 1) };
  }
  return { parameters: identity(true), base, blocks: numbersWhere(places, (old) => old === null) };
}

const numbersWhere = <T>(list: readonly T[], holds: (item: T) => boolean): number[] =>
  list.flatMap((item, at) => (holds(item) ? [at + 1] : []));

const blocksBelow = (head: string): number => Number(head.slice(1)) - 1;
const numbered = (name: string, block: number): string => name.replace(/\d+/, String(block));
/** The head, its inner layers and its bias are numbered like the last layer. */
const renumbered = (name: string, from: string, to: string): string =>
  /^\d+/.exec(name.slice(1))?.[0] === to.slice(1) ? name.replace(/\d+/, from.slice(1)) : name;

function fill(specs: ParameterSpec[], valuesOf: (spec: ParameterSpec) => Float32Array): Float32Array {
  const flat = new Float32Array(parameterCount(specs));
  let at = 0;
  for (const spec of specs) {
    flat.set(valuesOf(spec), at);
    at += sizeOf(spec);
  }
  return flat;
}

function copied(from: { specs: ParameterSpec[]; values: Float32Array }, spec: ParameterSpec, name: string): Float32Array {
  const source = from.specs.find((each) => each.name === name);
  if (!source || source.shape.join() !== spec.shape.join())
    throw new Error(
      `the parameter ${spec.name} [${spec.shape.join(" × ")}] has no equal in the shallower network: ${name} there is ${source ? `[${source.shape.join(" × ")}]` : "missing"}`,
    );
  return parameterSlice(from.values, from.specs, name).slice();
}
