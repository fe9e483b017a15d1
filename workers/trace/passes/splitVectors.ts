import { type Node, scalarOf, type Value } from "../graph/graph.ts";
import { elementwise } from "./overwritable.ts";
import { Rebuild } from "./rebuild.ts";
import { sortNodes } from "./sortNodes.ts";

/** Part of a flat vector: `length` values from `offset` on of the input or output named `of`. */
export interface Part {
  readonly of: string;
  readonly offset: number;
}

interface NamedValue {
  readonly name: string;
  readonly value: Value;
  readonly part?: Part;
}

export interface Split {
  readonly outputs: NamedValue[];
  /** Which inputs are parts of which, by name. */
  readonly parts: Map<string, Part>;
}

/** Pieces are joined until they are so long: a few vectors of this length fit into a core's cache. */
const SHORTEST = 32_768;

interface Group {
  readonly offset: number;
  readonly length: number;
  /** Which pieces of the partition, from … to (exclusive). */
  readonly from: number;
  readonly to: number;
}

/**
 * An optimizer on one flat vector θ = (θ_1, θ_2, …) makes a dozen passes over vectors that no cache holds. Where a vector is put
 * together (Concat) and then only combined elementwise with flat inputs and outputs, this computes it part by part, on inputs and
 * outputs that are views of the flat ones: no splitting, no joining, and each part stays in the cache.
 */
export function splitVectors(outputs: readonly NamedValue[], allowed: ReadonlySet<string>): Split {
  const nodes = sortNodes(outputs.map(({ value }) => value));
  const joint = nodes.find(
    (node) => isJoint(node) && outputs.some(({ value }) => value.shape.join() === node.outputs[0].shape.join()),
  );
  const groups = joint ? groupsOf(joint) : [];
  if (!joint || groups.length < 2) return { outputs: [...outputs], parts: new Map() };
  return new Splitting(joint, groups, allowed).run(nodes, outputs);
}

const isJoint = (node: Node) => node.op === "Concat" && node.outputs[0].shape.length === 1 && node.outputs[0].dtype === "float32";

/** Long pieces stand alone, so that nothing has to be joined; runs of short ones are joined. */
function groupsOf(joint: Node): Group[] {
  const groups: Group[] = [];
  let open: Group = { offset: 0, length: 0, from: 0, to: 0 };
  const close = () => {
    if (open.length > 0) groups.push(open);
    open = { offset: open.offset + open.length, length: 0, from: open.to, to: open.to };
  };
  for (const piece of joint.inputs as Value[]) {
    if (piece.shape[0] >= SHORTEST || open.length >= SHORTEST) close();
    open = { ...open, length: open.length + piece.shape[0], to: open.to + 1 };
    if (piece.shape[0] >= SHORTEST) close();
  }
  close();
  return groups;
}

class Splitting {
  private readonly rebuild = new Rebuild();
  private readonly parts = new Map<string, Part>();
  private readonly split = new Map<Value, Value[]>();
  private readonly joint: Node;
  private readonly groups: Group[];
  private readonly length: number;
  private readonly allowed: ReadonlySet<string>;

  constructor(joint: Node, groups: Group[], allowed: ReadonlySet<string>) {
    this.joint = joint;
    this.groups = groups;
    this.allowed = allowed;
    this.length = joint.outputs[0].shape[0];
  }

  run(nodes: readonly Node[], outputs: readonly NamedValue[]): Split {
    for (const node of nodes) this.visit(node);
    const named = outputs.flatMap(({ name, value }): NamedValue[] => {
      const parts = value.node && this.allowed.has(name) ? this.split.get(value) : undefined;
      if (!parts) return [{ name, value: this.whole(value) }];
      return parts.map((part, k) => ({ name: `${name}#${k}`, value: part, part: { of: name, offset: this.groups[k].offset } }));
    });
    return { outputs: named, parts: this.parts };
  }

  private visit(node: Node): void {
    const { graph } = this.rebuild;
    const [output] = node.outputs;
    if (node === this.joint) {
      const pieces = node.inputs.map((value) => this.whole(value as Value));
      const join = ({ from, to, length }: Group) =>
        to - from === 1
          ? pieces[from]
          : graph.node("Concat", pieces.slice(from, to), { shape: [length], dtype: "float32" }, { axis: 0 });
      this.split.set(output, this.groups.map(join));
    } else if (
      this.isVector(output) &&
      elementwise.has(node.op) &&
      node.inputs.every((value) => this.isVector(value) || isScalar(value))
    ) {
      const parts = this.groups.map(({ length }, k) => {
        const inputs = node.inputs.map((value) =>
          this.isVector(value) ? this.partsOf(value as Value)[k] : this.whole(value as Value),
        );
        return graph.node(node.op, inputs, { shape: [length], dtype: "float32" }, node.attributes);
      });
      this.split.set(output, parts);
    } else if (node.op === "Split" && this.isFlatInput(node.inputs[0]) && this.sameCuts(node)) {
      this.rebuild.node(node, this.pieces(node));
    } else {
      for (const value of node.inputs) if (value) this.whole(value);
      this.rebuild.node(node);
    }
  }

  private isVector(value: Value | undefined): boolean {
    if (value?.shape.length !== 1 || value.shape[0] !== this.length || value.dtype !== "float32") return false;
    // Bound data can be cut at once.
    if (!value.node) return value.input !== undefined && (value.data !== undefined || this.allowed.has(value.input));
    return this.split.has(value) || !this.rebuild.has(value);
  }

  private isFlatInput(value: Value | undefined): boolean {
    return value?.input !== undefined && this.isVector(value);
  }

  private sameCuts(node: Node): boolean {
    return node.outputs.map((value) => value.shape[0]).join() === this.joint.inputs.map((value) => value?.shape[0]).join();
  }

  /** The outputs of a Split of a flat input, each from the part it lies in. */
  private pieces(node: Node): Value[] {
    const { graph } = this.rebuild;
    return this.partsOf(node.inputs[0] as Value).flatMap((part, k) => {
      const specs = node.outputs.slice(this.groups[k].from, this.groups[k].to);
      if (specs.length === 1) return [part];
      const sizes = graph.ints(specs.map(({ shape }) => shape[0]));
      return graph.nodes("Split", [part, sizes], specs, { axis: 0 });
    });
  }

  /** The parts of a vector: those computed, or views of an input. */
  private partsOf(value: Value): Value[] {
    const found = this.split.get(value);
    if (found) return found;
    const name = value.input as string;
    const parts = this.groups.map(({ offset, length }, k) => {
      const data = value.data?.subarray(offset, offset + length);
      if (!data) this.parts.set(`${name}#${k}`, { of: name, offset });
      return this.rebuild.graph.input(`${name}#${k}`, [length], "float32", data);
    });
    this.split.set(value, parts);
    return parts;
  }

  /** The value in one piece. */
  private whole(value: Value): Value {
    const parts = value.node && this.split.get(value);
    if (parts && !this.rebuild.has(value)) {
      this.rebuild.set(value, this.rebuild.graph.node("Concat", parts, { shape: [this.length], dtype: "float32" }, { axis: 0 }));
    }
    return this.rebuild.now(value);
  }
}

const isScalar = (value: Value | undefined) =>
  value !== undefined && (scalarOf(value) !== undefined || value.shape.every((n) => n === 1));
