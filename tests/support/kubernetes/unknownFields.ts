import * as models from "@kubernetes/client-node";

interface Model {
  getAttributeTypeMap(): { name: string; baseName: string; type: string }[];
}

/**
 * Paths of the fields that Kubernetes' API does not have, by the client's own list of what each object has. The published schemas let
 * them pass; a cluster drops them, or refuses the object.
 * @param kind name of the client's class, as "V1Job"
 */
export function unknownFields(kind: string, value: unknown, path = ""): string[] {
  const list = /^Array<(.+)>$/.exec(kind);
  if (list) return (value as unknown[]).flatMap((item, i) => unknownFields(list[1]!, item, `${path}[${i}]`));
  const model = (models as unknown as Record<string, Model | undefined>)[kind];
  if (typeof model?.getAttributeTypeMap !== "function") return [];
  const attributes = new Map(model.getAttributeTypeMap().map(({ baseName, type }) => [baseName, type]));
  return Object.entries(value as object).flatMap(([name, inner]) => {
    const type = attributes.get(name);
    const at = `${path}.${name}`;
    return type === undefined ? [at] : unknownFields(type, inner, at);
  });
}
