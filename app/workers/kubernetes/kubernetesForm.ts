import { type WorkerManifestRequest, workerManifestRequest } from "../../../contract/kubernetes.ts";

/** The request as fields have it: a queue that is left empty is none. */
export type KubernetesForm = Omit<WorkerManifestRequest, "queue"> & { queue: string };

/** As an address can have it: what was changed, as texts. */
export type TypedForm = Partial<Record<keyof KubernetesForm, string>>;

export const formNames = Object.keys(workerManifestRequest.shape) as (keyof KubernetesForm)[];

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

/** What was typed over what the form begins with; a number that cannot be read is NaN, for the schema to refuse. */
export function fillForm(typed: TypedForm, server: string): KubernetesForm {
  const form: Record<string, unknown> = { ...exampleForm(server) };
  for (const name of formNames) {
    const text = typed[name];
    if (text !== undefined) form[name] = typeof form[name] === "number" ? Number(text) : text;
  }
  return form as KubernetesForm;
}

export type Problems = Partial<Record<keyof KubernetesForm, string>>;

/** What to ask the server for, or what is wrong with the fields. */
export function requestOf(
  form: KubernetesForm,
): { request: WorkerManifestRequest; problems: Problems } | { request: null; problems: Problems } {
  const parsed = workerManifestRequest.safeParse({ ...form, queue: form.queue === "" ? null : form.queue });
  if (parsed.success) return { request: parsed.data, problems: {} };
  return { request: null, problems: Object.fromEntries(parsed.error.issues.map(({ path, message }) => [path[0], message])) };
}

/** The line that puts a token into the secret that the manifest names. Neither part of it can hold anything that a shell reads. */
export const secretLine = (token: string, { namespace, secret }: Pick<WorkerManifestRequest, "namespace" | "secret">): string =>
  `kubectl create secret generic ${secret} --namespace ${namespace} --from-literal=token=${token}`;
