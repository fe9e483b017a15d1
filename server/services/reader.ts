/** Who asks, as far as services need to know: what may be read, and how much of it. */
export interface Reader {
  /** The one experiment a share link opens; null for the owner, who may read everything. */
  experimentId: string | null;
  /** Worker and machine names are blank. */
  hideNames: boolean;
}

export const owner: Reader = { experimentId: null, hideNames: false };
