import { Failure } from "../../../contract/failure.ts";
import { serverManifestFlags } from "../../../contract/kubernetes.ts";
import { launcherRights } from "./launcherRights.ts";
import { printObjects } from "./printObjects.ts";
import { serverAddressIn, serverBudget, serverDeployment, serverService } from "./serverObjects.ts";

export const serverManifestUsage = `Usage: npm run --silent kubernetes -- --image IMAGE --url URL [options] > collapsar.yaml

  --image IMAGE         the server's image, built from Containerfile
  --url URL             address that people use, e.g. https://collapsar.example.org
  --namespace NAME      (default: collapsar)
  --replicas N          servers side by side, 1 to 20 (default: 2)
  --secret NAME         secret with DATABASE_URL, COLLAPSAR_ACCESS_KEY and the store's settings (default: collapsar-server)
  --worker-secret NAME  secret with the workers' token under "token" (default: collapsar-worker)
  --order-workers cpu|gpu
                        the servers order workers for what waits, by Jobs in their own namespace
  --worker-image IMAGE  the workers' image, if they are ordered (default: the server's)
  --queue NAME          Kueue's local queue of the workers (default: none)`;

/**
 * Deployment, Service, disruption budget and, where workers are ordered, the account's rights, as YAML.
 * @throws Failure INVALID naming the flag, its value and what it may be
 */
export function printServerManifests(given: Record<string, string | boolean | undefined>): string {
  const parsed = serverManifestFlags.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const flag = String(issue?.path[0] ?? "");
    const value = given[flag];
    throw new Failure(
      "INVALID",
      value === undefined
        ? `--${flag} is missing.\n\n${serverManifestUsage}`
        : `--${flag} is "${value}": ${issue?.message ?? "it cannot be read"}`,
    );
  }
  const { namespace, image, url, replicas, secret, queue, ...rest } = parsed.data;
  const device = rest["order-workers"];
  const launcher =
    device === undefined
      ? null
      : {
          COLLAPSAR_KUBERNETES: "on",
          COLLAPSAR_KUBERNETES_NAMESPACE: namespace,
          COLLAPSAR_KUBERNETES_IMAGE: rest["worker-image"] ?? image,
          COLLAPSAR_KUBERNETES_URL: serverAddressIn(namespace),
          COLLAPSAR_KUBERNETES_SECRET: rest["worker-secret"],
          COLLAPSAR_KUBERNETES_DEVICE: device,
          ...(queue === undefined ? {} : { COLLAPSAR_KUBERNETES_QUEUE: queue }),
        };
  const place = { namespace, image, secret, workerSecret: rest["worker-secret"], publicUrl: url, replicas, launcher };
  return printObjects([
    ...(launcher === null ? [] : launcherRights(namespace)),
    serverDeployment(place),
    serverService(place),
    serverBudget(place),
  ]);
}
