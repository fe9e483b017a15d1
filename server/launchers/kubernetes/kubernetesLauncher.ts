import { randomBytes } from "node:crypto";
import type { V1Pod } from "@kubernetes/client-node";
import { Failure } from "../../../contract/failure.ts";
import type { WorkerPlace } from "../../../contract/kubernetes.ts";
import { type LaunchedJob, type LauncherOrder, workerNameOf } from "../../../contract/launcher.ts";
import type { Launcher } from "../launcher.ts";
import type { Cluster } from "./cluster.ts";
import { describeJob } from "./describeJob.ts";
import { selectorOf } from "./labels.ts";
import { slotsOf, workerJob } from "./workerJob.ts";

const namesTried = 3;

/**
 * Orders workers from Kubernetes. Each is a Job of its own, so that it is admitted, cancelled and counted by itself: a Job of many
 * would wait until there is room for all of them. What was ordered is known by its labels alone, also after a restart.
 */
export class KubernetesLauncher implements Launcher {
  readonly kind = "kubernetes";
  private readonly cluster: Cluster;
  private readonly place: Omit<WorkerPlace, "device">;
  private readonly instance: string;

  /** @param instance tells this server's Jobs from those of others in the same namespace */
  constructor(cluster: Cluster, place: Omit<WorkerPlace, "device">, instance: string) {
    this.cluster = cluster;
    this.place = place;
    this.instance = instance;
  }

  async order({ slots, device, minutes }: LauncherOrder): Promise<string[]> {
    const names: string[] = [];
    const workers = Math.ceil(slots / slotsOf({ device, cores: this.place.cores }));
    for (let i = 0; i < workers; i++) names.push(await this.orderOne({ device, minutes }));
    return names;
  }

  async list(): Promise<LaunchedJob[]> {
    const selector = selectorOf(this.instance);
    const [jobs, pods] = await Promise.all([this.cluster.listJobs(selector), this.cluster.listPods(selector)]);
    const podsOf = Map.groupBy(pods, jobOf);
    const now = new Date();
    return jobs.map((job) => describeJob(job, podsOf.get(job.metadata?.uid) ?? [], now));
  }

  /** Only what this server's launcher made is ended, whatever names are given. */
  async cancel(ids: readonly string[]): Promise<void> {
    const wanted = new Set(ids);
    const jobs = await this.cluster.listJobs(selectorOf(this.instance));
    for (const { metadata } of jobs)
      if (wanted.has(metadata?.name ?? "") && !metadata?.deletionTimestamp)
        await this.cluster.deleteJob(metadata!.name!, metadata!.uid!);
  }

  private async orderOne(order: Pick<LauncherOrder, "device" | "minutes">): Promise<string> {
    for (let tried = 1; ; tried++) {
      const name = `collapsar-${randomBytes(5).toString("hex")}`;
      const workerName = workerNameOf(this.kind, name);
      try {
        await this.cluster.createJob(
          workerJob({ ...this.place, ...order, name, workers: 1, instance: this.instance, workerName }),
        );
        return name;
      } catch (error) {
        // The name is taken, or the namespace's quota was just being counted.
        if (tried === namesTried || !(error instanceof Failure) || error.code !== "CONFLICT") throw asUnavailable(error);
      }
    }
  }
}

const asUnavailable = (error: unknown): unknown =>
  error instanceof Failure && error.code === "CONFLICT" ? new Failure("UNAVAILABLE", error.message) : error;

/** Uid of the Job that a pod belongs to. */
const jobOf = ({ metadata }: V1Pod): string | undefined =>
  metadata?.ownerReferences?.find(({ kind, controller }) => kind === "Job" && controller)?.uid;
