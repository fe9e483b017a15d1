import { resolve } from "node:path";
import { Failure } from "../../contract/failure.ts";
import { type WorkerPlace, workerPlace } from "../../contract/kubernetes.ts";
import { type LauncherBounds, launcherBounds } from "./launcherBounds.ts";
import { type Environment, isOnOrOff, wholeNumber } from "./settingValues.ts";

/** How this server orders workers from Kubernetes. */
export interface KubernetesSettings {
  /** `server` null: its public address. */
  place: Omit<WorkerPlace, "server"> & { server: string | null };
  /** null: the service account of the pod that the server runs in. */
  kubeconfig: string | null;
  minutes: number;
  bounds: LauncherBounds;
  /** How often the cluster is asked, ms. */
  lookMs: number;
}

/** The variable that each part of a worker's place is set by. */
const variables: Record<keyof WorkerPlace, string> = {
  namespace: "COLLAPSAR_KUBERNETES_NAMESPACE",
  image: "COLLAPSAR_KUBERNETES_IMAGE",
  server: "COLLAPSAR_KUBERNETES_URL",
  secret: "COLLAPSAR_KUBERNETES_SECRET",
  device: "COLLAPSAR_KUBERNETES_DEVICE",
  cores: "COLLAPSAR_KUBERNETES_CORES",
  memoryGiB: "COLLAPSAR_KUBERNETES_MEMORY_GIB",
  queue: "COLLAPSAR_KUBERNETES_QUEUE",
};

/**
 * @returns null where COLLAPSAR_KUBERNETES is not on
 * @throws Failure INVALID naming the variable, its value and what it may be
 */
export function kubernetesSettings(env: Environment): KubernetesSettings | null {
  if (!isOnOrOff("COLLAPSAR_KUBERNETES", env.COLLAPSAR_KUBERNETES || "off")) return null;
  const server = env.COLLAPSAR_KUBERNETES_URL || null;
  const place = readPlace({
    namespace: env.COLLAPSAR_KUBERNETES_NAMESPACE || "",
    image: env.COLLAPSAR_KUBERNETES_IMAGE || "",
    server: server ?? "http://localhost",
    secret: env.COLLAPSAR_KUBERNETES_SECRET || "collapsar-worker",
    device: env.COLLAPSAR_KUBERNETES_DEVICE || "cpu",
    cores: Number(env.COLLAPSAR_KUBERNETES_CORES || "4"),
    memoryGiB: Number(env.COLLAPSAR_KUBERNETES_MEMORY_GIB || "8"),
    queue: env.COLLAPSAR_KUBERNETES_QUEUE || null,
  });
  const kubeconfig = env.COLLAPSAR_KUBECONFIG ? resolve(env.COLLAPSAR_KUBECONFIG) : null;
  if (kubeconfig === null && !env.KUBERNETES_SERVICE_HOST)
    throw new Failure(
      "INVALID",
      "COLLAPSAR_KUBERNETES is on, but this server runs in no pod: set COLLAPSAR_KUBECONFIG to a kubeconfig file for the cluster.",
    );
  const slotsEach = place.device === "gpu" ? 1 : place.cores;
  return {
    place: { ...place, server: server === null ? null : place.server },
    kubeconfig,
    minutes: wholeNumber("COLLAPSAR_KUBERNETES_MINUTES", env.COLLAPSAR_KUBERNETES_MINUTES || "230", [5, 43_200]),
    ...launcherBounds(env, "COLLAPSAR_KUBERNETES", slotsEach),
  };
}

function readPlace(given: Record<keyof WorkerPlace, unknown>): WorkerPlace {
  const parsed = workerPlace.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path[0] as keyof WorkerPlace;
  throw new Failure("INVALID", `${variables[field]} is "${String(given[field])}": ${issue?.message}`);
}
