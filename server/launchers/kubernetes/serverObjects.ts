import type { V1Deployment, V1EnvVar, V1PodDisruptionBudget, V1Service } from "@kubernetes/client-node";
import { closedContainer, plainUser, scratchVolumes } from "./closedContainer.ts";
import { labelNames, programNames } from "./labels.ts";

export interface ServerPlace {
  namespace: string;
  image: string;
  /** Secret whose keys are the server's settings that nobody may read. */
  secret: string;
  /** Secret whose key `token` is the workers' token. */
  workerSecret: string;
  /** Address that people use; an Ingress or a load balancer leads from it to the Service. */
  publicUrl: string;
  replicas: number;
  /** Settings of the launcher; null: workers are not ordered by the server. */
  launcher: Record<string, string> | null;
}

export const serverName = "collapsar";
const port = 4040;
const drainSeconds = 15;
const dataFolder = "/data";

/** Under which name pods of the cluster reach the server. */
export const serverAddressIn = (namespace: string): string => `http://${serverName}.${namespace}.svc:${port}`;

const needed = [
  ...["DATABASE_URL", "COLLAPSAR_ACCESS_KEY"],
  ...["COLLAPSAR_S3_BUCKET", "COLLAPSAR_S3_ACCESS_KEY_ID", "COLLAPSAR_S3_SECRET_ACCESS_KEY"],
];
const optional = [
  ...["REDIS_URL", "COLLAPSAR_S3_ENDPOINT", "COLLAPSAR_S3_REGION"],
  ...["COLLAPSAR_OIDC_ISSUER", "COLLAPSAR_OIDC_CLIENT_ID", "COLLAPSAR_OIDC_CLIENT_SECRET"],
];

const labels = { [labelNames.program]: programNames.server };
const kept = (namespace: string) => ({ name: serverName, namespace, labels });

/** Servers side by side on one Postgres, with files in an S3-compatible store: a pod keeps nothing that another one lacks. */
export function serverDeployment(place: ServerPlace): V1Deployment {
  const { namespace, image, secret, replicas, launcher } = place;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: kept(namespace),
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels },
        spec: {
          ...plainUser,
          ...(launcher === null ? {} : { serviceAccountName: serverName, automountServiceAccountToken: true }),
          terminationGracePeriodSeconds: 60,
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "kubernetes.io/hostname",
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: labels },
            },
          ],
          containers: [
            {
              name: "server",
              image,
              args: ["server/main.ts"],
              ports: [{ name: "http", containerPort: port }],
              env: [
                ...fixed({
                  COLLAPSAR_HOST: "0.0.0.0",
                  COLLAPSAR_PORT: String(port),
                  COLLAPSAR_DATA_DIR: dataFolder,
                  COLLAPSAR_PUBLIC_URL: place.publicUrl,
                  COLLAPSAR_OTHER_HOSTS: `${serverName},${serverName}.${namespace}.svc`,
                  COLLAPSAR_LOCAL_WORKER: "off",
                  COLLAPSAR_DRAIN_S: String(drainSeconds),
                  ...launcher,
                }),
                ...needed.map((key) => secretValue(key, secret, key)),
                ...optional.map((key) => secretValue(key, secret, key, true)),
                secretValue("COLLAPSAR_CLUSTER_TOKEN", place.workerSecret, "token", true),
              ],
              startupProbe: { httpGet: { path: "/livez", port: "http" }, periodSeconds: 2, failureThreshold: 150 },
              livenessProbe: {
                httpGet: { path: "/livez", port: "http" },
                periodSeconds: 10,
                timeoutSeconds: 5,
                failureThreshold: 6,
              },
              readinessProbe: {
                httpGet: { path: "/readyz", port: "http" },
                periodSeconds: 5,
                timeoutSeconds: 5,
                failureThreshold: 2,
              },
              resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { memory: "2Gi" } },
              ...closedContainer,
              volumeMounts: [
                { name: "scratch", mountPath: dataFolder },
                { name: "tmp", mountPath: "/tmp" },
              ],
            },
          ],
          volumes: scratchVolumes,
        },
      },
    },
  };
}

export const serverService = ({ namespace }: Pick<ServerPlace, "namespace">): V1Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: kept(namespace),
  spec: { selector: labels, ports: [{ name: "http", port, targetPort: "http" }] },
});

/** Nodes that are drained one after the other leave one server standing. */
export const serverBudget = ({ namespace }: Pick<ServerPlace, "namespace">): V1PodDisruptionBudget => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: kept(namespace),
  spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
});

const fixed = (values: Record<string, string>): V1EnvVar[] => Object.entries(values).map(([name, value]) => ({ name, value }));

const secretValue = (name: string, secret: string, key: string, mayLack = false): V1EnvVar => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key, ...(mayLack ? { optional: true } : {}) } },
});
