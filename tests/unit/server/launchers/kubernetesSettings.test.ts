import { expect, test } from "vitest";
import { kubernetesSettings } from "../../../../server/program/kubernetesSettings.ts";

const inPod = {
  COLLAPSAR_KUBERNETES: "on",
  COLLAPSAR_KUBERNETES_NAMESPACE: "lab",
  COLLAPSAR_KUBERNETES_IMAGE: "r.example.org/collapsar:1",
  KUBERNETES_SERVICE_HOST: "10.0.0.1",
};

test("without COLLAPSAR_KUBERNETES=on nothing is ordered, whatever else is set", () => {
  expect(kubernetesSettings({})).toBeNull();
  expect(kubernetesSettings({ ...inPod, COLLAPSAR_KUBERNETES: "off" })).toBeNull();
  expect(kubernetesSettings({ ...inPod, COLLAPSAR_KUBERNETES: "" })).toBeNull();
});

test("in a pod, a namespace and an image are enough", () => {
  expect(kubernetesSettings(inPod)).toEqual({
    place: {
      namespace: "lab",
      image: "r.example.org/collapsar:1",
      server: null,
      secret: "collapsar-worker",
      device: "cpu",
      cores: 4,
      memoryGiB: 8,
      queue: null,
    },
    kubeconfig: null,
    minutes: 230,
    bounds: { min: 0, max: 32, slotsEach: 4, waitMs: 30_000, idleMs: 300_000 },
    lookMs: 15_000,
  });
});

test("all of it can be set, and with a GPU a worker has one slot", () => {
  expect(
    kubernetesSettings({
      ...inPod,
      COLLAPSAR_KUBERNETES_URL: "http://collapsar.lab.svc:4040/",
      COLLAPSAR_KUBERNETES_SECRET: "token.lab",
      COLLAPSAR_KUBERNETES_DEVICE: "gpu",
      COLLAPSAR_KUBERNETES_CORES: "6",
      COLLAPSAR_KUBERNETES_MEMORY_GIB: "64",
      COLLAPSAR_KUBERNETES_QUEUE: "gpu-queue",
      COLLAPSAR_KUBERNETES_MINUTES: "1440",
      COLLAPSAR_KUBERNETES_MIN: "1",
      COLLAPSAR_KUBERNETES_MAX: "3",
      COLLAPSAR_KUBERNETES_WAIT_S: "0",
      COLLAPSAR_KUBERNETES_IDLE_S: "60",
      COLLAPSAR_KUBERNETES_LOOK_S: "5",
      COLLAPSAR_KUBECONFIG: "/etc/collapsar/kubeconfig",
    }),
  ).toEqual({
    place: {
      namespace: "lab",
      image: "r.example.org/collapsar:1",
      server: "http://collapsar.lab.svc:4040",
      secret: "token.lab",
      device: "gpu",
      cores: 6,
      memoryGiB: 64,
      queue: "gpu-queue",
    },
    kubeconfig: "/etc/collapsar/kubeconfig",
    minutes: 1440,
    bounds: { min: 1, max: 3, slotsEach: 1, waitMs: 0, idleMs: 60_000 },
    lookMs: 5_000,
  });
});

test.each([
  [{ COLLAPSAR_KUBERNETES: "yes" }, 'COLLAPSAR_KUBERNETES is "yes": it must be on, off or left out'],
  [{ COLLAPSAR_KUBERNETES_NAMESPACE: "" }, 'COLLAPSAR_KUBERNETES_NAMESPACE is "": the namespace consists of lower-case letters'],
  [{ COLLAPSAR_KUBERNETES_NAMESPACE: "Lab" }, 'COLLAPSAR_KUBERNETES_NAMESPACE is "Lab": the namespace consists of'],
  [{ COLLAPSAR_KUBERNETES_IMAGE: "" }, 'COLLAPSAR_KUBERNETES_IMAGE is "": the image is written as'],
  [
    { COLLAPSAR_KUBERNETES_URL: "https://a/b" },
    'COLLAPSAR_KUBERNETES_URL is "https://a/b": the server\'s address has a host and a port',
  ],
  [{ COLLAPSAR_KUBERNETES_SECRET: "a/b" }, 'COLLAPSAR_KUBERNETES_SECRET is "a/b": the secret\'s name consists of'],
  [{ COLLAPSAR_KUBERNETES_DEVICE: "tpu" }, 'COLLAPSAR_KUBERNETES_DEVICE is "tpu"'],
  [{ COLLAPSAR_KUBERNETES_CORES: "0" }, 'COLLAPSAR_KUBERNETES_CORES is "0": cores: a whole number from 1 to 256'],
  [
    { COLLAPSAR_KUBERNETES_MEMORY_GIB: "x" },
    'COLLAPSAR_KUBERNETES_MEMORY_GIB is "NaN": memory in GiB: a whole number from 1 to 4096',
  ],
  [{ COLLAPSAR_KUBERNETES_QUEUE: "a b" }, 'COLLAPSAR_KUBERNETES_QUEUE is "a b": the queue consists of'],
  [{ COLLAPSAR_KUBERNETES_MAX: "3" }, 'COLLAPSAR_KUBERNETES_MAX is "3": it must be a whole number from 4 to 10000'],
  [{ COLLAPSAR_KUBERNETES_MIN: "33" }, 'COLLAPSAR_KUBERNETES_MIN is "33": it must be a whole number from 0 to 32'],
  [{ COLLAPSAR_KUBERNETES_LOOK_S: "0" }, 'COLLAPSAR_KUBERNETES_LOOK_S is "0": it must be a whole number from 1 to 3600'],
  [{ KUBERNETES_SERVICE_HOST: "" }, "this server runs in no pod: set COLLAPSAR_KUBECONFIG to a kubeconfig file"],
])("%o is refused with the variable, its value and what it may be", (change, message) => {
  expect(() => kubernetesSettings({ ...inPod, ...change })).toThrow(message);
});
