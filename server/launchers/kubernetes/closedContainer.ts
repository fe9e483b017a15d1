import type { V1Container, V1PodSpec, V1Volume } from "@kubernetes/client-node";

/** The user that the image is made for; it owns what it mounts. */
export const plainUser = {
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 1000,
    runAsGroup: 1000,
    fsGroup: 1000,
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  },
  automountServiceAccountToken: false,
  // A Service named "collapsar" would otherwise put COLLAPSAR_PORT=tcp://… into every container beside it.
  enableServiceLinks: false,
} satisfies Partial<V1PodSpec>;

/** Nothing to gain and nothing to write to, but the volumes. */
export const closedContainer = {
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
} satisfies Partial<V1Container>;

/** Go with the pod. */
export const scratchVolumes: V1Volume[] = [
  { name: "scratch", emptyDir: { sizeLimit: "20Gi" } },
  { name: "tmp", emptyDir: { sizeLimit: "1Gi" } },
];
