import * as tf from "@tensorflow/tfjs";
import { type Traced, type TraceInput, type TraceOptions, trace } from "../trace/trace.ts";
import { checkedInput, checkedState } from "./checkValues.ts";
import type { FunctionDefinition, StepDefinition, Tensors } from "./engine.ts";

type Definition = StepDefinition | FunctionDefinition;

/** The graph of a step: inputs state.*, constant.*, input.*; outputs next.state.*, output.*. */
export function traceStep(definition: StepDefinition, options: TraceOptions = {}): Traced {
  const record = (given: Tensors) => {
    const { state, outputs } = definition.fn(arrange(definition, given));
    const results: Tensors = {};
    for (const [name, spec] of Object.entries(definition.state))
      results[`next.state.${name}`] = checkedState(name, spec, state[name]);
    return { ...results, ...floats(outputs) };
  };
  return trace(record, specsOf(definition), options);
}

/** The graph of a function: the same, without the next state. */
export function traceFunction(definition: FunctionDefinition, options: TraceOptions = {}): Traced {
  return trace((given) => floats(definition.fn(arrange(definition, given))), specsOf(definition), options);
}

function floats(outputs: Tensors): Tensors {
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [`output.${name}`, tf.cast(tensor, "float32")]));
}

function specsOf({ state, constants = {}, inputs }: Definition): Record<string, TraceInput> {
  const specs: Record<string, TraceInput> = {};
  for (const [name, spec] of Object.entries(state)) specs[`state.${name}`] = spec;
  for (const [name, spec] of Object.entries(constants))
    specs[`constant.${name}`] = { ...spec, data: checkedInput(`constant '${name}'`, spec, spec.data) };
  for (const [name, spec] of Object.entries(inputs)) specs[`input.${name}`] = spec;
  return specs;
}

function arrange({ state, constants = {}, inputs }: Definition, given: Tensors) {
  const pick = (prefix: string, names: object) =>
    Object.fromEntries(Object.keys(names).map((name) => [name, given[prefix + name]]));
  return { state: pick("state.", state), constants: pick("constant.", constants), inputs: pick("input.", inputs) };
}
