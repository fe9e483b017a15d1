import type { V1Role, V1RoleBinding, V1ServiceAccount } from "@kubernetes/client-node";
import { labelNames, programNames } from "./labels.ts";
import { serverName } from "./serverObjects.ts";

/** What the server's account may do, in its own namespace alone: order Jobs, see them and their pods, and delete Jobs. */
export function launcherRights(namespace: string): [V1ServiceAccount, V1Role, V1RoleBinding] {
  const metadata = { name: serverName, namespace, labels: { [labelNames.program]: programNames.server } };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata,
      rules: [
        { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create", "list", "delete"] },
        { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: serverName },
      subjects: [{ kind: "ServiceAccount", name: serverName, namespace }],
    },
  ];
}
