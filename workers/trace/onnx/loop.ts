import type { Value } from "../graph/graph.ts";
import { body, type GraphParts, model, namesIn, plainNode, valueInfo } from "./onnx.ts";
import { Message } from "./protobuf.ts";

/** A value that one turn of the loop hands to the next: the names of its input and of the output that replaces it. */
export interface Carried {
  readonly input: string;
  readonly output: string;
}

/** The number of turns of a loop, an int64 input [1]. */
export const TURNS = "turns";

/**
 * The graph repeated, `turns` times a call, as a model whose only node is ONNX' Loop. Carried values go from turn to turn on the
 * device; turn i reads the i-th entry of every other input, [turns, …], unless it is bound data, and its outputs are collected as
 * [turns, …].
 */
export function toLoop(parts: GraphParts, carried: readonly Carried[]): Uint8Array {
  const { inputs, outputs } = parts;
  const isCarried = new Set(carried.flatMap(({ input, output }) => [input, output]));
  const replacing = new Map(outputs.map(({ name, value }) => [name, value]));
  const perTurn = inputs.filter(({ input, data }) => !data && !isCarried.has(input as string));
  const bound = inputs.filter(({ data }) => data);
  const collected = outputs.filter(({ name }) => !isCarried.has(name));
  const isBound = new Set(bound.map(({ input }) => input));

  // A name of the body may not be one of the graph around it.
  const within = (name: string) => (isBound.has(name) ? name : `turn.${name}`);
  const inner = { ...parts, outputs: outputs.map(({ name, value }) => ({ name: within(name), value })) };
  const turn = new Message();
  for (const { input } of perTurn)
    turn.message(1, plainNode("Gather", [input as string, "turn"], [within(input as string)], attribute("axis", 0)));
  const graph = turn.join(body(inner, namesIn(inner, within)));
  graph
    .message(11, valueInfo("turn", { shape: [], dtype: "int64" }))
    .message(11, valueInfo("goesOn", { shape: [], dtype: "bool" }));
  for (const { input, output } of carried) graph.message(11, valueInfo(within(input), replacing.get(output) as Value));
  graph.message(12, valueInfo("goesOn", { shape: [], dtype: "bool" }));
  for (const { output } of carried) graph.message(12, valueInfo(within(output), replacing.get(output) as Value));
  for (const { name, value } of collected) graph.message(12, valueInfo(within(name), value));

  const start = ["", ...carried.map(({ input }) => input)];
  const ends = [...carried.map(({ output }) => output), ...collected.map(({ name }) => name)];
  const whole = new Message().message(1, plainNode("Loop", [TURNS, ...start], ends, graphAttribute("body", graph)));
  whole.string(2, "collapsar");
  const stacked = ({ shape, dtype }: Value) => ({ shape: [TURNS, ...shape], dtype });
  whole.message(11, valueInfo(TURNS, { shape: [], dtype: "int64" }));
  for (const { input, output } of carried) whole.message(11, valueInfo(input, replacing.get(output) as Value));
  for (const value of perTurn) whole.message(11, valueInfo(value.input as string, stacked(value)));
  for (const value of bound) whole.message(11, valueInfo(value.input as string, value));
  for (const { output } of carried) whole.message(12, valueInfo(output, replacing.get(output) as Value));
  for (const { name, value } of collected) whole.message(12, valueInfo(name, stacked(value)));
  return model(whole);
}

const attribute = (name: string, value: number) => new Message().string(1, name).int(3, value).int(20, 2);
const graphAttribute = (name: string, graph: Message) => new Message().string(1, name).message(6, graph).int(20, 5);
