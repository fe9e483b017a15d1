/** A server of one's own, as the command line asks it where nothing else is said. */
const usual = ["http://localhost:4040", "http://127.0.0.1:4040"];

/**
 * A line for a shell that launches a study from its text.
 * @param origin of the server that the page is from
 */
export function studyCommand(yaml: string, origin: string): string {
  const server = usual.includes(origin) ? "" : ` --server '${origin}'`;
  // Every line of a text of somebody's own is indented, or within quotes: none of them is the last one.
  return `npx collapsar launch -${server} <<'YAML'\n${yaml}YAML\n`;
}
