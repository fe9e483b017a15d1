/** Labels and annotations by which objects of this program, and what a launcher ordered, are found again. */
export const labelNames = {
  program: "app.kubernetes.io/name",
  /** Of the server whose launcher made it. */
  instance: "app.kubernetes.io/instance",
  maker: "app.kubernetes.io/managed-by",
  /** Kueue's. */
  queue: "kueue.x-k8s.io/queue-name",
  /** Runs at a time of one worker. */
  slots: "collapsar/slots",
} as const;

export const programNames = { server: "collapsar", worker: "collapsar-worker" } as const;
const maker = "collapsar";

export const workerLabels = (instance: string | null): Record<string, string> => ({
  [labelNames.program]: programNames.worker,
  ...(instance === null ? {} : { [labelNames.instance]: instance, [labelNames.maker]: maker }),
});

/** Selects what the launcher of a server made, and nothing that a person did. */
export const selectorOf = (instance: string): string =>
  [`${labelNames.maker}=${maker}`, `${labelNames.program}=${programNames.worker}`, `${labelNames.instance}=${instance}`].join(
    ",",
  );
