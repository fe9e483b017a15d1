/** Who asks, as far as studies are concerned: what may be read, and how much of it. */
export interface Reader {
  /** The one experiment a share link opens; null for people, who may read everything. */
  experimentId: string | null;
  /** Worker and machine names are blank. */
  hideNames: boolean;
  /** Whether pages offer no changes; each procedure checks by itself. */
  readOnly: boolean;
}

/** What lies outside of a share link looks as if it were not there. */
export function mayRead(reader: Reader, experimentId: string): boolean {
  return reader.experimentId === null || reader.experimentId === experimentId;
}
