/** Page of a run; through a share link the shared one. */
export const runLink = (runId: string, share: string | null): string =>
  share === null ? `/r/${runId}` : `/s/${encodeURIComponent(share)}/r/${runId}`;

/** CSV with one row a run, or with all points of one run. */
export const experimentCsv = (experimentId: string, share: string | null): string =>
  `/export/experiments/${experimentId}.csv${share === null ? "" : `?share=${encodeURIComponent(share)}`}`;
export const runCsv = (runId: string, share: string | null): string =>
  `/export/runs/${runId}.csv${share === null ? "" : `?share=${encodeURIComponent(share)}`}`;
