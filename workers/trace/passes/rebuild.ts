import { type Data, Graph, type Value } from "../graph/graph.ts";

/** A graph that is being made from another one, node by node: what each value of the old graph has become. */
export class Rebuild {
  readonly graph = new Graph();
  private readonly values = new Map<Value, Value>();

  /** The value's counterpart. Inputs and constants are taken over as they are; nodes must have been rebuilt before. */
  now(value: Value): Value {
    let found = this.values.get(value);
    if (!found) {
      if (value.node) throw new Error(`a value of ${value.node.op} is read before it is made`);
      const { shape, dtype, data, input } = value;
      found = input === undefined ? this.graph.constant(data as Data, shape, dtype) : this.graph.input(input, shape, dtype, data);
      this.values.set(value, found);
    }
    return found;
  }

  has(value: Value): boolean {
    return this.values.has(value);
  }

  set(value: Value, counterpart: Value): void {
    this.values.set(value, counterpart);
  }

  /** Takes over a node unchanged, or puts `results` in the place of its outputs. */
  node(node: NonNullable<Value["node"]>, results?: readonly Value[]): void {
    const inputs = () => node.inputs.map((value) => value && this.now(value));
    const made = results ?? this.graph.nodes(node.op, inputs(), node.outputs, node.attributes, node.domain);
    node.outputs.forEach((value, i) => {
      this.values.set(value, made[i]);
    });
  }
}
