import { type WorkerManifestRequest, workerManifestRequest } from "../../../contract/kubernetes.ts";
import { type Problems, problemsOf } from "../jobForm/typedForm.ts";

/** The request as fields have it: a queue that is left empty is none. */
export type KubernetesForm = Omit<WorkerManifestRequest, "queue"> & { queue: string };

/** @param server its address, by which pods reach it if nothing else is said */
export const exampleForm = (server: string): KubernetesForm => ({
  namespace: "default",
  image: "collapsar-worker:latest",
  server,
  secret: "collapsar-worker",
  device: "gpu",
  cores: 4,
  memoryGiB: 16,
  queue: "",
  name: "collapsar-workers",
  workers: 4,
  minutes: 230,
});

/** What to ask the server for, or what is wrong with the fields. */
export function requestOf(form: KubernetesForm): { request: WorkerManifestRequest | null; problems: Problems<KubernetesForm> } {
  const parsed = workerManifestRequest.safeParse({ ...form, queue: form.queue === "" ? null : form.queue });
  if (parsed.success) return { request: parsed.data, problems: {} };
  return { request: null, problems: problemsOf(parsed.error) };
}

/** The line that puts a token into the secret that the manifest names. Neither part of it can hold anything that a shell reads. */
export const secretLine = (token: string, { namespace, secret }: Pick<WorkerManifestRequest, "namespace" | "secret">): string =>
  `kubectl create secret generic ${secret} --namespace ${namespace} --from-literal=token=${token}`;
