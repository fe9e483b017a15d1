import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { renderToStaticMarkup } from "react-dom/server";
import { type AnySupplement, isExternalSupplement } from "../../contract/wire/supplement.ts";
import { ExternalPage } from "./external/ExternalPage.tsx";
import { dataPlace } from "./places.ts";
import { SupplementPage } from "./SupplementPage.tsx";

const text = (value: string) => value.replace(/&/g, "&amp;").replace(/</g, "&lt;");

/** Whether the note is shown, the report's maker chose. */
const withoutUnshown = <Report extends AnySupplement>(supplement: Report): Report =>
  supplement.withNote ? supplement : withoutNote(supplement);

const withoutNote = <Report extends AnySupplement>(supplement: Report): Report => ({
  ...supplement,
  detail: { ...supplement.detail, note: "" },
});

/** What stands on the page already is not packed a second time. */
const toPack = (supplement: AnySupplement): AnySupplement =>
  isExternalSupplement(supplement)
    ? { ...withoutNote(supplement), clients: [] }
    : { ...withoutNote(supplement), rerun: null, data: [], computed: [] };

/**
 * The report of a study as one HTML file that asks nothing of any network and runs no code but its own.
 * @param parts what the browser runs, and how it looks; see server/supplement
 */
export function renderSupplement(supplement: AnySupplement, parts: { code: string; style: string }): string {
  const { detail } = supplement;
  const page = renderToStaticMarkup(
    isExternalSupplement(supplement) ? (
      <ExternalPage supplement={withoutUnshown(supplement)} />
    ) : (
      <SupplementPage supplement={withoutUnshown(supplement)} />
    ),
  );
  const packed = gzipSync(JSON.stringify(toPack(supplement)), { level: 9 }).toString("base64");
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
