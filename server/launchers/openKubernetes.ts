import { randomBytes } from "node:crypto";
import { openLauncher } from "../../db/queries/launchers.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import type { KubernetesSettings } from "../program/kubernetesSettings.ts";
import { Autoscaler } from "./autoscaler.ts";
import { Cluster } from "./kubernetes/cluster.ts";
import { KubernetesLauncher } from "./kubernetes/kubernetesLauncher.ts";

const timeoutMs = 10_000;

/** Workers from Kubernetes, by the server's settings. */
export async function openKubernetes(context: ServiceContext, settings: KubernetesSettings): Promise<Autoscaler> {
  const { place, kubeconfig, bounds, lookMs, minutes } = settings;
  const { mark } = await openLauncher(context.database.orm, "kubernetes", randomBytes(4).toString("hex"));
  const { device, ...workers } = { ...place, server: place.server ?? context.publicUrl };
  const cluster = new Cluster({ namespace: place.namespace, kubeconfig, timeoutMs });
  const launcher = new KubernetesLauncher(cluster, workers, `collapsar-${mark}`);
  return new Autoscaler(context, launcher, { bounds, lookMs, device, minutes }, mark);
}
