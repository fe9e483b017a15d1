/** Page of a run; through a share link the shared one. */
export const runLink = (runId: string, share: string | null): string =>
  share === null ? `/r/${runId}` : `/s/${encodeURIComponent(share)}/r/${runId}`;

const withShare = (path: string, share: string | null) => (share === null ? path : `${path}?share=${encodeURIComponent(share)}`);

/** A study with one row per run, or as JSON with everything. */
export const experimentExport = (experimentId: string, share: string | null, ending: "csv" | "json"): string =>
  withShare(`/export/experiments/${experimentId}.${ending}`, share);
/** All points of a run, or as JSON with everything. */
export const runExport = (runId: string, share: string | null, ending: "csv" | "json"): string =>
  withShare(`/export/runs/${runId}.${ending}`, share);
/** A file that a run left. */
export const runFile = (runId: string, share: string | null, name: string): string =>
  withShare(`/export/runs/${runId}/${name}`, share);
