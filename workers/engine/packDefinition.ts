import { pack } from "../pack/pack.ts";
import type { Constant, FunctionDefinition, Pack, StepDefinition, TensorSpec, Tensors } from "./engine.ts";

/**
 * The step of a whole pack, as a definition with a leading axis S: of the state, of what differs between the runs, and of all
 * outputs. One run stays as it is. @throws naming a constant or input of the pack that is not in the definition
 */
export function packStep(definition: StepDefinition, packing: Pack | undefined): StepDefinition {
  if (!packing || packing.runs === 1) return definition;
  const { names, ...specs } = packedSpecs(definition, packing);
  const step = pack(
    packing.runs,
    (given) => {
      const { state, outputs } = definition.fn(arranged(given));
      return { ...prefixed("state.", state), ...prefixed("output.", outputs) };
    },
    names,
  );
  return {
    ...specs,
    fn: (given) => {
      const results = step(flat(given));
      return { state: withoutPrefix("state.", results), outputs: withoutPrefix("output.", results) };
    },
  };
}

/** The same of a function. */
export function packFunction(definition: FunctionDefinition, packing: Pack | undefined): FunctionDefinition {
  if (!packing || packing.runs === 1) return definition;
  const { names, ...specs } = packedSpecs(definition, packing);
  const compute = pack(packing.runs, (given) => definition.fn(arranged(given)), names);
  return { ...specs, fn: (given) => compute(flat(given)) };
}

type Definition = Pick<StepDefinition, "state" | "constants" | "inputs">;
interface Groups {
  state: Tensors;
  constants: Tensors;
  inputs: Tensors;
}

function packedSpecs({ state, constants = {}, inputs }: Definition, { runs, perRun }: Pack) {
  const own = { constants: new Set(perRun.constants), inputs: new Set(perRun.inputs) };
  for (const name of own.constants) if (!constants[name]) throw new Error(`constant '${name}' is not in the definition`);
  for (const name of own.inputs) if (!inputs[name]) throw new Error(`input '${name}' is not in the definition`);
  const stacked = <T extends TensorSpec>(spec: T): T => ({ ...spec, shape: [runs, ...spec.shape] });
  const some = <T extends TensorSpec>(specs: Record<string, T>, names: Set<string>): Record<string, T> =>
    Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, names.has(name) ? stacked(spec) : spec]));
  return {
    state: some(state, new Set(Object.keys(state))),
    constants: some<Constant>(constants, own.constants),
    inputs: some(inputs, own.inputs),
    names: new Set([
      ...Object.keys(state).map((name) => `state.${name}`),
      ...[...own.constants].map((name) => `constants.${name}`),
      ...[...own.inputs].map((name) => `inputs.${name}`),
    ]),
  };
}

const prefixed = (prefix: string, tensors: Tensors): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));

const withoutPrefix = (prefix: string, tensors: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );

const flat = ({ state, constants, inputs }: Groups): Tensors => ({
  ...prefixed("state.", state),
  ...prefixed("constants.", constants),
  ...prefixed("inputs.", inputs),
});

const arranged = (given: Tensors): Groups => ({
  state: withoutPrefix("state.", given),
  constants: withoutPrefix("constants.", given),
  inputs: withoutPrefix("inputs.", given),
});
