import type { BatchV1Api, CoreV1Api, KubeConfig, V1Job, V1Pod } from "@kubernetes/client-node";
import { Failure } from "../../../contract/failure.ts";
import { describeRefusal, isExpired, refusalOf, retryAfterMs } from "./apiRefusal.ts";

export interface ClusterPlace {
  namespace: string;
  /** A kubeconfig file; null: the service account of the pod that the server runs in. */
  kubeconfig: string | null;
  /** For one request. */
  timeoutMs: number;
}

const pageSize = 250;
const mostPages = 40;

/**
 * The few requests to a cluster's API that a launcher makes, in one namespace. A server without a launcher for Kubernetes never
 * loads the client, which takes a second and 100 MB.
 */
export class Cluster {
  private readonly place: ClusterPlace;
  private apis: Promise<{ batch: BatchV1Api; core: CoreV1Api }> | null = null;
  /** The API asked for silence until then, ms of this process' clock. */
  private silentUntil = 0;

  constructor(place: ClusterPlace) {
    this.place = place;
  }

  /** @throws Failure CONFLICT where the name is taken, UNAVAILABLE where it does not answer or refuses */
  async createJob(body: V1Job): Promise<void> {
    const { namespace } = this.place;
    await this.ask("create a Job", async ({ batch }) =>
      batch.createNamespacedJob({ namespace, body, fieldValidation: "Strict" }),
    );
  }

  /** @throws Failure UNAVAILABLE */
  listJobs(labelSelector: string): Promise<V1Job[]> {
    const { namespace } = this.place;
    return this.listAll("list Jobs", ({ batch }, page) => batch.listNamespacedJob({ namespace, labelSelector, ...page }));
  }

  /** @throws Failure UNAVAILABLE */
  listPods(labelSelector: string): Promise<V1Pod[]> {
    const { namespace } = this.place;
    return this.listAll("list Pods", ({ core }, page) => core.listNamespacedPod({ namespace, labelSelector, ...page }));
  }

  /** The Job stays, marked as being deleted, until its pods have ended. One that is gone already is no error. @throws Failure UNAVAILABLE */
  async deleteJob(name: string, uid: string): Promise<void> {
    const { namespace } = this.place;
    const body = { propagationPolicy: "Foreground", preconditions: { uid } };
    await this.ask("delete a Job", async ({ batch }) => {
      try {
        await batch.deleteNamespacedJob({ name, namespace, body });
      } catch (error) {
        if (refusalOf(error)?.status !== 404) throw error;
      }
    });
  }

  /** Page by page. Where the list changed too much in between (410), it is read once more from its beginning. */
  private async listAll<T>(
    what: string,
    read: (apis: Apis, page: { limit: number; _continue?: string }) => Promise<{ items: T[]; metadata?: { _continue?: string } }>,
  ): Promise<T[]> {
    const readAll = async (apis: Apis): Promise<T[]> => {
      const items: T[] = [];
      let next: string | undefined;
      for (let page = 0; page < mostPages; page++) {
        const part = await read(apis, { limit: pageSize, ...(next ? { _continue: next } : {}) });
        items.push(...part.items);
        next = part.metadata?._continue;
        if (!next) return items;
      }
      throw new Failure(
        "UNAVAILABLE",
        `Kubernetes lists more than ${pageSize * mostPages} objects in "${this.place.namespace}".`,
      );
    };
    return this.ask(what, async (apis) => {
      try {
        return await readAll(apis);
      } catch (error) {
        if (!isExpired(error)) throw error;
        return readAll(apis);
      }
    });
  }

  private async ask<T>(what: string, request: (apis: Apis) => Promise<T>): Promise<T> {
    const silentMs = this.silentUntil - performance.now();
    if (silentMs > 0)
      throw new Failure("UNAVAILABLE", `Kubernetes is busy and asks for silence for another ${Math.ceil(silentMs / 1_000)} s.`);
    this.apis ??= this.open();
    try {
      return await request(await this.apis);
    } catch (error) {
      this.silentUntil = performance.now() + retryAfterMs(error);
      throw describeRefusal(error, what, this.place);
    }
  }

  private async open(): Promise<Apis> {
    const { BatchV1Api, CoreV1Api, KubeConfig, createConfiguration, ServerConfiguration } = await import(
      "@kubernetes/client-node"
    );
    const access = new KubeConfig();
    try {
      if (this.place.kubeconfig === null) access.loadFromCluster();
      else access.loadFromFile(this.place.kubeconfig);
    } catch (error) {
      this.apis = null;
      throw error;
    }
    const configuration = createConfiguration({
      baseServer: new ServerConfiguration(addressOf(access), {}),
      authMethods: { default: access },
      promiseMiddleware: [
        {
          pre: async (context) => {
            context.setSignal(AbortSignal.timeout(this.place.timeoutMs));
            return context;
          },
          post: async (context) => context,
        },
      ],
    });
    return { batch: new BatchV1Api(configuration), core: new CoreV1Api(configuration) };
  }
}

type Apis = { batch: BatchV1Api; core: CoreV1Api };

function addressOf(access: KubeConfig): string {
  const cluster = access.getCurrentCluster();
  if (cluster === null) throw new Failure("UNAVAILABLE", "The kubeconfig names no cluster in its current context.");
  return cluster.server;
}
