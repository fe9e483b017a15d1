import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { Role } from "kubernetes-models/rbac.authorization.k8s.io/v1/Role";
import { RoleBinding } from "kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding";
import { Service } from "kubernetes-models/v1/Service";
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { launcherRights } from "../../../../server/launchers/kubernetes/launcherRights.ts";
import { printObjects } from "../../../../server/launchers/kubernetes/printObjects.ts";
import {
  type ServerPlace,
  serverAddressIn,
  serverBudget,
  serverDeployment,
  serverService,
} from "../../../../server/launchers/kubernetes/serverObjects.ts";
import { unknownFields } from "../../../support/kubernetes/unknownFields.ts";

const place: ServerPlace = {
  namespace: "lab",
  image: "r.example.org/collapsar:1",
  secret: "collapsar-server",
  workerSecret: "collapsar-worker",
  publicUrl: "https://collapsar.example.org",
  replicas: 2,
  launcher: { COLLAPSAR_KUBERNETES: "on", COLLAPSAR_KUBERNETES_NAMESPACE: "lab" },
};
const deployment = serverDeployment(place);
const [account, role, binding] = launcherRights("lab");

test.each([
  ["V1Deployment", deployment, () => new Deployment(deployment as never).validate()],
  ["V1Service", serverService(place), () => new Service(serverService(place) as never).validate()],
  ["V1PodDisruptionBudget", serverBudget(place), () => new PodDisruptionBudget(serverBudget(place) as never).validate()],
  ["V1ServiceAccount", account, () => new ServiceAccount(account as never).validate()],
  ["V1Role", role, () => new Role(role as never).validate()],
  ["V1RoleBinding", binding, () => new RoleBinding(binding as never).validate()],
])("%s fits the published schema, and has no field that the API lacks", (kind, object, validate) => {
  expect(validate).not.toThrow();
  expect(unknownFields(kind, object)).toEqual([]);
});

test("a new server is ready before an old one goes, by the server's own word, and an old one drains", () => {
  expect(deployment.spec).toMatchObject({
    replicas: 2,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  });
  const pod = deployment.spec!.template.spec!;
  expect(pod.terminationGracePeriodSeconds).toBe(60);
  expect(pod.containers[0]).toMatchObject({
    args: ["server/main.ts"],
    readinessProbe: { httpGet: { path: "/readyz", port: "http" } },
    livenessProbe: { httpGet: { path: "/livez", port: "http" } },
    startupProbe: { httpGet: { path: "/livez", port: "http" }, periodSeconds: 2, failureThreshold: 150 },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
  });
  expect(pod.containers[0]!.env).toContainEqual({ name: "COLLAPSAR_DRAIN_S", value: "15" });
});

test("what is secret comes from secrets, by name, and what a server cannot do without must be there", () => {
  const env = deployment.spec!.template.spec!.containers[0]!.env!;
  const fromSecrets = env.flatMap(({ name, valueFrom }) => (valueFrom ? [[name, valueFrom.secretKeyRef]] : []));
  expect(Object.fromEntries(fromSecrets)).toMatchObject({
    DATABASE_URL: { name: "collapsar-server", key: "DATABASE_URL" },
    COLLAPSAR_ACCESS_KEY: { name: "collapsar-server", key: "COLLAPSAR_ACCESS_KEY" },
    COLLAPSAR_S3_SECRET_ACCESS_KEY: { name: "collapsar-server", key: "COLLAPSAR_S3_SECRET_ACCESS_KEY" },
    REDIS_URL: { name: "collapsar-server", key: "REDIS_URL", optional: true },
    COLLAPSAR_CLUSTER_TOKEN: { name: "collapsar-worker", key: "token", optional: true },
  });
  const plain = env.filter(({ value }) => value !== undefined).map(({ name }) => name);
  expect(plain.filter((name) => /KEY$|SECRET$|TOKEN$|PASSWORD|URL$/.test(name))).toEqual(["COLLAPSAR_PUBLIC_URL"]);
});

test("its pods answer to the Service's name, and hear nothing of other Services", () => {
  expect(serverAddressIn("lab")).toBe("http://collapsar.lab.svc:4040");
  const pod = deployment.spec!.template.spec!;
  expect(pod.containers[0]!.env).toContainEqual({ name: "COLLAPSAR_OTHER_HOSTS", value: "collapsar,collapsar.lab.svc" });
  expect(pod.enableServiceLinks).toBe(false);
  expect(serverService(place).spec).toEqual({
    selector: deployment.spec!.selector.matchLabels,
    ports: [{ name: "http", port: 4040, targetPort: "http" }],
  });
});

test("a server that orders workers has an account that may do just that; another has none", () => {
  const spec = (launcher: ServerPlace["launcher"]) => serverDeployment({ ...place, launcher }).spec!.template.spec!;
  expect(spec(place.launcher)).toMatchObject({ serviceAccountName: "collapsar", automountServiceAccountToken: true });
  expect(spec(null).serviceAccountName).toBeUndefined();
  expect(spec(null).automountServiceAccountToken).toBe(false);
  expect(role.rules).toEqual([
    { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create", "list", "delete"] },
    { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
  ]);
});

test("printed, the objects read back as they were: no alias, and no text becomes a number or a truth value", () => {
  const objects = [account, role, binding, deployment, serverService(place), serverBudget(place)];
  const text = printObjects(objects);
  expect(text).not.toMatch(/[&*]a\d/);
  const read = parseAllDocuments(text, { version: "1.1" }).map((document) => document.toJSON());
  expect(read).toEqual(JSON.parse(JSON.stringify(objects)));
  expect(printObjects([{ a: "on", b: "0440", c: "1:30", d: "null", e: "a: b\n- c", f: "*x" }])).toBe(
    'a: "on"\nb: "0440"\nc: "1:30"\nd: "null"\ne: |-\n  a: b\n  - c\nf: "*x"\n',
  );
});
