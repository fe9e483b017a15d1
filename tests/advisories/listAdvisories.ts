import { execFile } from "node:child_process";
import { resolve } from "node:path";

export interface Advisory {
  /** Of the package. */
  name: string;
  severity: string;
  title: string;
  url: string;
  /** Whether the package is among those that the program needs to run. */
  production: boolean;
}

export type Found = { advisories: Advisory[]; dependencies: number } | { silence: string };

interface Audit {
  vulnerabilities?: Record<string, { severity: string; via: (string | { title: string; url: string; severity: string })[] }>;
  metadata?: { dependencies: { total: number } };
  message?: string;
  error?: { summary?: string };
}

const patienceMs = 60_000;

/** Asks npm's registry about the lock file; `silence` says why there was no answer. */
export async function listAdvisories(): Promise<Found> {
  const [all, production] = await Promise.all([audit([]), audit(["--omit=dev"])]);
  for (const answer of [all, production])
    if (!answer.vulnerabilities) return { silence: answer.message ?? answer.error?.summary ?? "npm audit gave no report" };
  const advisories = Object.entries(all.vulnerabilities!).flatMap(([name, { via }]) =>
    via.flatMap((cause) =>
      // A name stands for another package of the list, by which this one is concerned.
      typeof cause === "string" ? [] : [{ name, ...cause, production: name in production.vulnerabilities! }],
    ),
  );
  return {
    advisories: advisories.map(({ name, severity, title, url, production }) => ({ name, severity, title, url, production })),
    dependencies: all.metadata?.dependencies.total ?? 0,
  };
}

function audit(flags: string[]): Promise<Audit> {
  const root = resolve(import.meta.dirname, "../..");
  return new Promise((answered) => {
    // It ends with 1 where it found something, too.
    execFile(
      "npm",
      ["audit", "--json", ...flags],
      { cwd: root, timeout: patienceMs, maxBuffer: 100_000_000 },
      (error, stdout) => {
        try {
          answered(JSON.parse(stdout) as Audit);
        } catch {
          answered({
            message: error?.killed ? `no answer within ${patienceMs / 1_000} s` : (error?.message ?? "no report").slice(0, 300),
          });
        }
      },
    );
  });
}
