import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { renderToStaticMarkup } from "react-dom/server";
import type { Supplement } from "../../contract/wire/supplement.ts";
import { dataPlace } from "./places.ts";
import { SupplementPage } from "./SupplementPage.tsx";

const text = (value: string) => value.replace(/&/g, "&amp;").replace(/</g, "&lt;");

/**
 * The report of a study as one HTML file that asks nothing of any network and runs no code but its own.
 * @param parts what the browser runs, and how it looks; see server/supplement
 */
export function renderSupplement(supplement: Supplement, parts: { code: string; style: string }): string {
  const { detail, withNote } = supplement;
  const shown: Supplement = withNote ? supplement : { ...supplement, detail: { ...detail, note: "" } };
  const page = renderToStaticMarkup(<SupplementPage supplement={shown} />);
  // What stands on the page already is not packed a second time.
  const packed = gzipSync(
    JSON.stringify({ ...shown, detail: { ...shown.detail, note: "" }, rerun: null, data: [], computed: [] } satisfies Supplement),
    { level: 9 },
  ).toString("base64");
  const hash = createHash("sha256").update(parts.code).digest("base64");
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Collapsar ${text(detail.program)}">
<title>${text(detail.name)}</title>
<style>${parts.style}</style>
</head>
<body>
${page}
<script type="application/gzip" id="${dataPlace}">${packed}</script>
<script>${parts.code}</script>
</body>
</html>
`;
}
