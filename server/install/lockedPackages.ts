/** What package-lock.json says of a package; `""` is the key of the project itself. */
export interface LockedPackage {
  version?: string;
  dev?: boolean;
  devOptional?: boolean;
  hasInstallScript?: boolean;
  engines?: unknown;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

export type LockedPackages = Record<string, LockedPackage>;

/** Keys of the packages that running needs: those that the project's dependencies ask for, but for optional peers. */
export function findNeeded(packages: LockedPackages): Set<string> {
  const needed = new Set<string>();
  const waiting = [""];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop())
    for (const name of namesAsked(packages[key]!)) {
      const found = locate(packages, key, name);
      if (found === null || needed.has(found)) continue;
      needed.add(found);
      waiting.push(found);
    }
  return needed;
}

function namesAsked({ dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta }: LockedPackage): string[] {
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
  return [...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {}), ...peers];
}

/** As Node looks for a package: beside the one that asks, then in each folder further out. */
function locate(packages: LockedPackages, from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))) {
    const key = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (key in packages) return key;
    if (folder === "") return null;
  }
}
