import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { printServerManifests } from "../../../../server/launchers/kubernetes/printServerManifests.ts";

const given = { image: "r.example.org/collapsar:1", url: "https://collapsar.example.org/" };
const objects = (text: string) => parseAllDocuments(text).map((document) => document.toJSON());
const environment = (text: string) => {
  const deployment = objects(text).find(({ kind }) => kind === "Deployment");
  const { env } = deployment.spec.template.spec.containers[0] as { env: { name: string; value?: string }[] };
  return Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
};

test("an image and an address are enough for two servers that order nothing", () => {
  const text = printServerManifests(given);
  expect(objects(text).map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name])).toEqual([
    ["Deployment", "collapsar", "collapsar"],
    ["Service", "collapsar", "collapsar"],
    ["PodDisruptionBudget", "collapsar", "collapsar"],
  ]);
  expect(objects(text)[0].spec.replicas).toBe(2);
  expect(environment(text)).toMatchObject({
    COLLAPSAR_PUBLIC_URL: "https://collapsar.example.org",
    COLLAPSAR_LOCAL_WORKER: "off",
  });
  expect(environment(text).COLLAPSAR_KUBERNETES).toBeUndefined();
});

test("servers that order workers have an account for it, and say where their workers find them", () => {
  const text = printServerManifests({ ...given, namespace: "lab", "order-workers": "gpu", queue: "gpu-queue", replicas: "3" });
  expect(objects(text).map(({ kind }) => kind)).toEqual([
    ...["ServiceAccount", "Role", "RoleBinding", "Deployment", "Service", "PodDisruptionBudget"],
  ]);
  expect(environment(text)).toMatchObject({
    COLLAPSAR_KUBERNETES: "on",
    COLLAPSAR_KUBERNETES_NAMESPACE: "lab",
    COLLAPSAR_KUBERNETES_IMAGE: "r.example.org/collapsar:1",
    COLLAPSAR_KUBERNETES_URL: "http://collapsar.lab.svc:4040",
    COLLAPSAR_KUBERNETES_SECRET: "collapsar-worker",
    COLLAPSAR_KUBERNETES_DEVICE: "gpu",
    COLLAPSAR_KUBERNETES_QUEUE: "gpu-queue",
  });
});

test.each([
  [{ image: undefined }, "--image is missing."],
  [{ image: "a b" }, '--image is "a b": the image is written as'],
  [{ url: "collapsar" }, '--url is "collapsar": the server\'s address begins with'],
  [{ namespace: "a\nb: c" }, '--namespace is "a\nb: c": the namespace consists of'],
  [{ replicas: "0" }, '--replicas is "0"'],
  [{ replicas: "two" }, '--replicas is "two": a whole number from 1 to 20'],
  [{ "order-workers": "tpu" }, '--order-workers is "tpu"'],
])("%o is refused with the flag and what it may be", (change, message) => {
  expect(() => printServerManifests({ ...given, ...change })).toThrow(message);
});
