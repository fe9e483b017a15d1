/**
 * How the program names itself in runs, exports and recordings: `git describe` of its sources where they are in a repository
 * ("v1.2-3-g7b8d17f-dirty", or "0.1.0+7b8d17f-dirty" before the first tag; dirty = sources differ from the commit), the commit
 * that an archive was packed from, or the package's version with "unknown revision".
 * @param manifest text of package.json @param described answer of git, null without one @param packed text of .revision
 */
export function programVersion(manifest: string | null, described: string | null, packed: string | null): string {
  const version = packageVersion(manifest);
  if (described && !/^[0-9a-f]{4,64}(-dirty)?$/.test(described)) return described.slice(0, 40);
  const revision = described ?? /^[0-9a-f]{4,64}$/.exec(packed?.trim() ?? "")?.[0];
  return revision ? `${version}+${revision}` : `${version} (unknown revision)`;
}

/** What git is asked, in the folder of the sources. */
export const describeRevision = ["describe", "--tags", "--always", "--dirty"] as const;

function packageVersion(manifest: string | null): string {
  try {
    return String((JSON.parse(manifest ?? "") as { version: unknown }).version).slice(0, 20);
  } catch {
    return "0";
  }
}
