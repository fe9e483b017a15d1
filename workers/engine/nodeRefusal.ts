/** Why TensorFlow's native add-on cannot run on a version of Node, or undefined where it can. */
export function nodeRefusal(version: string = process.versions.node): string | undefined {
  if (Number.parseInt(version, 10) < 23) return undefined;
  return `it calls util.isNullOrUndefined, which Node 23 removed, and this is Node ${version}: use Node 22 (npm ci installs it, npm run uses it)`;
}
