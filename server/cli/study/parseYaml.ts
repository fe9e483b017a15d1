import { isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, Scalar } from "yaml";
import { type Complaint, FileFailure } from "../fileFailure.ts";
import { scanText } from "./scanText.ts";

type Path = readonly PropertyKey[];

/** A YAML document as plain values, with the place of each. */
export interface Parsed {
  value: unknown;
  /** Where a value stands: its key's place where it has one. Of what is not there, where it would belong. */
  locate(path: Path): { line: number; column: number };
}

/** Numbers as they are written in decimal: what is seen is what is meant. */
const decimal = /^[-+]?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;
const keyOf = (path: Path): string => JSON.stringify(path.map(String));

/**
 * Reads YAML 1.2 without what would pass in silence: anchors, tags, merge keys, several documents, keys that are no text or come
 * twice, numbers that are not decimal.
 * @param file how it is named in complaints
 * @throws FileFailure
 */
export function parseYaml(text: string, file: string): Parsed {
  const bad = scanText(text);
  if (bad.length > 0) throw new FileFailure(file, bad);
  const lines = new LineCounter();
  const options = { lineCounter: lines, prettyErrors: false, version: "1.2", merge: false, logLevel: "silent" } as const;
  const documents = parseAllDocuments(text, options);
  const [document, second] = "empty" in documents ? [] : documents;
  const found: Complaint[] = [];
  const complain = (offset: number, path: Path, message: string) =>
    found.push({ ...placeAt(offset), path: path.map(String).join("."), message });
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document === undefined) throw new FileFailure(file, [{ line: 1, column: 1, path: "", message: "the file is empty" }]);
  if (second !== undefined) complain(second.range[0], [], "a second document: a file holds one study");
  for (const { pos, code, message } of [...document.errors, ...document.warnings])
    complain(pos[0], [], code === "DUPLICATE_KEY" ? "a key that is there already: each may stand once" : inPlain(message));

  const places = new Map<string, number>();
  const read = (node: unknown, path: Path): unknown => {
    const offset = (node as Node | null)?.range?.[0] ?? 0;
    if (!places.has(keyOf(path))) places.set(keyOf(path), offset);
    if (isScalar(node)) return readScalar(node, path, offset);
    if (isSeq(node)) return node.items.map((item, at) => read(item, [...path, at]));
    if (!isMap(node)) return null;
    const mapping: Record<string, unknown> = {};
    for (const { key, value } of node.items) {
      const place = (key as Node | null)?.range?.[0] ?? offset;
      const name = isScalar(key) ? key.value : undefined;
      if (typeof name !== "string") {
        complain(place, path, 'a key that is not a text: write it in quotes, such as "1"');
        continue;
      }
      const within = [...path, name];
      if (name === "<<") complain(place, path, 'merge keys ("<<") are not read: write the values out');
      else if (name === "__proto__") complain(place, path, `unknown key "${name}"`);
      else {
        places.set(keyOf(within), place);
        mapping[name] = read(value, within);
      }
    }
    return mapping;
  };
  const readScalar = ({ value, source, type }: Scalar, path: Path, offset: number): unknown => {
    if (typeof value === "number" && type === Scalar.PLAIN && !decimal.test(source ?? ""))
      complain(
        offset,
        path,
        `${source} would be read as ${value}: write the number in decimal${isText(source) ? ", or in quotes if it is a text" : ""}`,
      );
    return value;
  };
  const value = read(document.contents, []);
  if (found.length > 0) throw new FileFailure(file, found);
  return {
    value,
    locate: (path) => {
      for (let length = path.length; length >= 0; length--) {
        const offset = places.get(keyOf(path.slice(0, length)));
        if (offset !== undefined) return placeAt(offset);
      }
      return { line: 1, column: 1 };
    },
  };
}

/** Such as 012, which may be a name. */
const isText = (source: string | undefined) => /^0\d+$/.test(source ?? "");

/** The parser's sentences without their place, which is said in front. */
const inPlain = (message: string): string => {
  const [first = ""] = message.split("\n");
  return `${first.charAt(0).toLowerCase()}${first.slice(1)}`.replace(/ at line \d+, column \d+:?$/, "").replace(/[:.]$/, "");
};
