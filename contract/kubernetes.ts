import { z } from "zod";
import { launcherDevice } from "./launcher.ts";

/** What a cluster is asked for, as people and settings give it. Everything here ends up in a manifest: nothing else may pass. */

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${label}(\\.${label})*$`);

const labelHint = "lower-case letters, digits and hyphens, with a letter or digit at both ends";

const dnsLabel = (what: string, maxLength = 63) =>
  z
    .string()
    .max(maxLength, `${what} has at most ${maxLength} characters`)
    .regex(labelPattern, `${what} consists of ${labelHint}, as in "collapsar-1"`);

/** RFC 1123 label: namespaces, queues. */
export const namespaceName = dnsLabel("the namespace");
export const queueName = dnsLabel("the queue");
/** Short enough for "-1234" behind it to be a host's name still. */
export const jobName = dnsLabel("the name", 52);
/** RFC 1123 subdomain. */
export const secretName = z
  .string()
  .max(253, "the secret's name has at most 253 characters")
  .regex(subdomainPattern, `the secret's name consists of ${labelHint}, and dots between such parts`);

const host = "[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*(:\\d{1,5})?";
const pathPart = "[a-z0-9]+((\\.|_{1,2}|-+)[a-z0-9]+)*";
const imagePattern = new RegExp(
  `^(${host}/)?${pathPart}(/${pathPart})*(:[a-zA-Z0-9_][-a-zA-Z0-9_.]{0,127})?(@sha256:[0-9a-f]{64})?$`,
);
export const imageReference = z
  .string()
  .max(400, "the image has at most 400 characters")
  .regex(imagePattern, 'the image is written as "registry.example.org/collapsar:1.0", with a tag or a digest');

/** Origin under which the workers reach the server. */
export const serverAddress = z
  .url({ protocol: /^https?$/, error: "the server's address begins with http:// or https://" })
  .max(300, "the server's address has at most 300 characters")
  .refine((text) => !URL.canParse(text) || new URL(text).origin === text.replace(/\/$/, ""), {
    error: 'the server\'s address has a host and a port alone, as in "https://collapsar.example.org"',
  })
  .transform((text) => new URL(text).origin);

const whole = (what: string, least: number, most: number) => {
  const error = `${what}: a whole number from ${least} to ${most}`;
  return z.int(error).min(least, error).max(most, error);
};

/** What each worker gets: processor cores or one GPU, memory, and where its image and token come from. */
export const workerPlace = z.strictObject({
  namespace: namespaceName,
  image: imageReference,
  server: serverAddress,
  /** Secret whose key `token` is a worker's token. */
  secret: secretName,
  device: launcherDevice,
  /** Cores; without a GPU also the runs at a time. */
  cores: whole("cores", 1, 256),
  memoryGiB: whole("memory in GiB", 1, 4_096),
  /** Kueue's local queue; null: pods are scheduled at once. */
  queue: queueName.nullable(),
});
export type WorkerPlace = z.infer<typeof workerPlace>;

/** A Job of so many workers, each for so many minutes. */
export const workerManifestRequest = workerPlace.extend({
  name: jobName,
  workers: whole("workers", 1, 1_000),
  minutes: whole("minutes", 5, 43_200),
});
export type WorkerManifestRequest = z.infer<typeof workerManifestRequest>;

/** What servers in a cluster are made from, as a command's flags. */
export const serverManifestFlags = z.strictObject({
  image: imageReference,
  url: serverAddress,
  namespace: namespaceName.default("collapsar"),
  replicas: z.coerce.number("a whole number from 1 to 20").int("a whole number from 1 to 20").min(1).max(20).default(2),
  secret: secretName.default("collapsar-server"),
  "worker-secret": secretName.default("collapsar-worker"),
  "order-workers": launcherDevice.optional(),
  "worker-image": imageReference.optional(),
  queue: queueName.optional(),
});
