import { type Attribute, type Data, type Dtype, type Node, typeCodes, type Value } from "../graph/graph.ts";
import { Message } from "./protobuf.ts";

/** Opset 18 has every operator used here in the form that ONNX Runtime's CPU, CUDA and WebGPU providers all register. */
const OPSET = 18;
const IR_VERSION = 8;

export interface GraphParts {
  readonly nodes: readonly Node[];
  readonly inputs: readonly Value[];
  readonly constants: readonly Value[];
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
}

export type NameOf = (value: Value | undefined) => string;

/** The graph as a serialized ONNX model. */
export function toOnnx(parts: GraphParts): Uint8Array {
  const { inputs, outputs } = parts;
  const names = namesIn(parts);
  const graph = body(parts, names);
  for (const value of inputs) graph.message(11, valueInfo(names(value), value));
  for (const { name, value } of outputs) graph.message(12, valueInfo(name, value));
  return model(graph);
}

/** What the values of a graph are called in its model; `inputName` renames inputs. */
export function namesIn({ outputs }: GraphParts, inputName: (name: string) => string = (name) => name): NameOf {
  const outputNames = new Map<Value, string>();
  for (const { name, value } of outputs) if (value.node && !outputNames.has(value)) outputNames.set(value, name);
  return (value) => {
    if (value === undefined) return "";
    return value.input === undefined ? (outputNames.get(value) ?? `v${value.id}`) : inputName(value.input);
  };
}

/** A GraphProto with the nodes and the constants, without inputs and outputs. */
export function body({ nodes, constants, outputs }: GraphParts, nameOf: NameOf): Message {
  const graph = new Message();
  for (const node of nodes) graph.message(1, nodeProto(node, nameOf));
  // An output that is an input, a constant, or another output as well needs a node of its own.
  for (const { name, value } of outputs)
    if (nameOf(value) !== name) graph.message(1, plainNode("Identity", [nameOf(value)], [name]));
  graph.string(2, "collapsar");
  for (const value of constants) graph.message(5, tensorProto(nameOf(value), value.data as Data, value.shape, value.dtype));
  return graph;
}

export function model(graph: Message): Uint8Array {
  const opset = (domain: string, version: number) => new Message().string(1, domain).int(2, version);
  return new Message()
    .int(1, IR_VERSION)
    .message(7, graph)
    .message(8, opset("", OPSET))
    .message(8, opset("com.microsoft", 1))
    .finish();
}

export function plainNode(op: string, inputs: readonly string[], outputs: readonly string[], ...attributes: Message[]): Message {
  const message = new Message();
  for (const name of inputs) message.string(1, name);
  for (const name of outputs) message.string(2, name);
  message.string(4, op);
  for (const attribute of attributes) message.message(5, attribute);
  return message;
}

function nodeProto(node: Node, nameOf: NameOf): Message {
  const message = new Message();
  for (const input of node.inputs) message.string(1, nameOf(input));
  for (const output of node.outputs) message.string(2, nameOf(output));
  message.string(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) message.message(5, attributeProto(name, value));
  if (node.domain) message.string(7, node.domain);
  return message;
}

function attributeProto(name: string, value: Attribute): Message {
  const message = new Message().string(1, name);
  if (typeof value === "number") return message.int(3, value).int(20, 2);
  if (typeof value === "string") return message.string(4, value).int(20, 3);
  if ("float" in value) return message.float(2, value.float).int(20, 1);
  for (const n of value) message.int(8, n);
  return message.int(20, 7);
}

function tensorProto(name: string, data: Data, shape: readonly number[], dtype: Dtype): Message {
  const message = new Message();
  for (const n of shape) message.int(1, n);
  return message
    .int(2, typeCodes[dtype])
    .string(8, name)
    .bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** A dimension is a number, or a name for one that differs from call to call. */
export function valueInfo(name: string, { shape, dtype }: { shape: readonly (number | string)[]; dtype: Dtype }): Message {
  const dims = new Message();
  for (const n of shape) dims.message(1, typeof n === "string" ? new Message().string(2, n) : new Message().int(1, n));
  const tensor = new Message().int(1, typeCodes[dtype]).message(2, dims);
  return new Message().string(1, name).message(2, new Message().message(1, tensor));
}
