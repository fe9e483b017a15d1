import type { ServiceContext } from "../context/serviceContext.ts";
import type { KubernetesSettings } from "../program/kubernetesSettings.ts";
import type { SlurmSettings } from "../program/slurmSettings.ts";
import { admitClusterToken } from "./clusterToken.ts";
import { openKubernetes } from "./openKubernetes.ts";
import { openSlurm } from "./openSlurm.ts";

interface LauncherSettings {
  slurm: SlurmSettings | null;
  kubernetes: KubernetesSettings | null;
  clusterToken: string | null;
}

/**
 * Orders workers from the clusters that the settings name, while this server leads.
 * @returns stops all of it
 */
export async function startLaunchers(
  context: ServiceContext,
  { slurm, kubernetes, clusterToken }: LauncherSettings,
): Promise<() => Promise<void>> {
  if (clusterToken !== null)
    await admitClusterToken(context.database.orm, clusterToken, kubernetes === null ? null : "kubernetes");
  const autoscalers = [
    ...(slurm === null ? [] : [await openSlurm(context, slurm)]),
    ...(kubernetes === null ? [] : [await openKubernetes(context, kubernetes)]),
  ];
  for (const autoscaler of autoscalers) autoscaler.start(() => context.leader.isLeader);
  return async () => {
    await Promise.all(autoscalers.map((autoscaler) => autoscaler.stop()));
  };
}
