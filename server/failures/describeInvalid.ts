import { storableText } from "../../contract/wireText.ts";
/** The first complaints of a schema, with the places they are about. */
export function describeInvalid(error: { issues: { path: PropertyKey[]; message: string }[] }): string {
  const lines = error.issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length ? `${path.map(String).join(".")}: ${message}` : message));
  return storableText(lines.join("; "), 1000);
}
