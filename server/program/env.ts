import { realpathSync } from "node:fs";
import type { BlockList } from "node:net";
import { dirname, resolve } from "node:path";
import { Failure } from "../../contract/failure.ts";
import {
  hostNames,
  hostnameOf,
  isLoopback,
  portNumber,
  publicUrl,
  redisUrl,
  trustedProxies,
  webhookNetworks,
} from "./addressSettings.ts";
import { type ArtefactSettings, artefactSettings } from "./artefactSettings.ts";
import { metricsToken, needsKey, requireStrong } from "./keySettings.ts";
import { type KubernetesSettings, kubernetesSettings } from "./kubernetesSettings.ts";
import { type LeaseTimes, leaseTimes } from "./leaseTimes.ts";
import { type OidcSettings, oidcSettings } from "./oidcSettings.ts";
import { isOn, isOnOrOff, megabytes, wholeNumber } from "./settingValues.ts";
import { type SlurmSettings, slurmSettings } from "./slurmSettings.ts";

export interface ServerSettings {
  dataDir: string;
  host: string;
  port: number;
  /** Address of an external Postgres; null: the rows are in the data folder. */
  databaseUrl: string | null;
  /** Address of a Redis that carries what servers of one Postgres tell each other's pages; null: that Postgres does. */
  redisUrl: string | null;
  /** How long that Postgres may take for one statement before it counts as not answering. */
  databaseTimeoutMs: number;
  /** Connections to it that are open at the same time. */
  databaseConnections: number;
  /** Whether the embedded database forces each commit to the disk: it then survives a power cut, and is slower. */
  durable: boolean;
  /** Deleted experiments are kept for so long, ms. */
  purgeAfterMs: number;
  /** How long what belongs to an ended run is kept, ms; null: for ever. */
  retention: { voidMs: number; logMs: number | null; geometryMs: number | null };
  /** Free space below which the embedded database takes no new data. */
  databaseReserveBytes: number;
  localWorker: boolean;
  /** Needed beyond loopback; null: one is made and kept in the data folder, and the server is for this machine alone. */
  accessKey: string | null;
  /** No sign-in: every request from this machine is the owner's. */
  singleUser: boolean;
  /** Lets programs read /metrics; null: those alone that may read studies. */
  metricsToken: string | null;
  /** The OpenID Connect provider by which members sign in; null: by password alone. */
  oidc: OidcSettings | null;
  /** Address for links and commands, without a slash at its end; null: follows from host and port. */
  publicUrl: string | null;
  /** Further host names by which workers and programs reach this server. */
  otherHosts: string[];
  /** Proxies in front of it, whose word on who asks counts. */
  trustedProxies: BlockList;
  /** How long a server that is told to stop goes on serving while its balancer looks elsewhere, ms. */
  drainMs: number;
  trafficBounds: {
    /** Open connections from one address. */
    perAddress: number;
    /** Bytes that wait for a reader that does not read, until it is cut off. */
    unreadBytes: number;
  };
  /** Requests of one token, link or sign-in to the API in a minute. */
  apiRequestsPerMinute: number;
  /** Private addresses that webhooks may reach, and the first wait after a try that failed, ms. */
  webhooks: { allowed: BlockList; retryMs: number };
  /** Folder whose new files of features are imported, how often it is looked into, and after how long its runs end, ms; null: none. */
  watch: { folder: string; everyMs: number; quietMs: number } | null;
  /** A body that takes longer to arrive, or one of a file that stands still for so long, is given up there, ms. */
  apiPatienceMs: number;
  /** Where files of runs are kept. */
  artefacts: ArtefactSettings;
  /** Checkpoints to resume from that are kept of a run that has not finished. */
  keptCheckpoints: number;
  /** Largest file of a run that is kept. */
  maxArtefactBytes: number;
  /** Free space of the disk that files of runs leave to the database. */
  reserveBytes: number;
  /** How often workers are heard of, and for how long silence is borne, ms. */
  leaseTimes: LeaseTimes;
  /** First rest of a worker that is not in order, ms; each further one is longer. */
  workerRestMs: number;
  /** A worker that ends within this time gets no new run, ms. */
  leastRunMs: number;
  /** null: no workers are ordered from Slurm. */
  slurm: SlurmSettings | null;
  /** null: none are ordered from Kubernetes. */
  kubernetes: KubernetesSettings | null;
  /** Token that workers may come by, because an operator gave it to them too; null: there is none. */
  clusterToken: string | null;
}

export const projectRoot = resolve(import.meta.dirname, "../..");
const dayMs = 86_400_000;

/** @throws Failure INVALID naming the variable, its value and what it may be */
export function serverSettings(): ServerSettings {
  const env = process.env;
  const host = env.COLLAPSAR_HOST || "127.0.0.1";
  const accessKey = env.COLLAPSAR_ACCESS_KEY || null;
  if (accessKey !== null) requireStrong("COLLAPSAR_ACCESS_KEY", accessKey);
  const clusterToken = env.COLLAPSAR_CLUSTER_TOKEN || null;
  if (clusterToken !== null) requireStrong("COLLAPSAR_CLUSTER_TOKEN", clusterToken);
  const singleUser = isOn("COLLAPSAR_SINGLE_USER", env.COLLAPSAR_SINGLE_USER || "0");
  if (singleUser && accessKey !== null)
    throw new Failure("INVALID", "COLLAPSAR_SINGLE_USER is 1 and COLLAPSAR_ACCESS_KEY is set: choose one of them.");
  if (accessKey === null && !isLoopback(host))
    throw new Failure("INVALID", `COLLAPSAR_HOST is ${host}, which others can reach: ${needsKey(singleUser)}`);
  const address = env.COLLAPSAR_PUBLIC_URL ? publicUrl(env.COLLAPSAR_PUBLIC_URL) : null;
  if (accessKey === null && address !== null && !isLoopback(hostnameOf(address)))
    throw new Failure("INVALID", `COLLAPSAR_PUBLIC_URL is ${address}, which others can reach: ${needsKey(singleUser)}`);
  return {
    ...storagePlace(),
    host,
    port: portNumber(env.COLLAPSAR_PORT || "4040"),
    redisUrl: redisUrl(env.REDIS_URL || null, env.DATABASE_URL || null),
    databaseTimeoutMs: 1_000 * wholeNumber("COLLAPSAR_DATABASE_TIMEOUT_S", env.COLLAPSAR_DATABASE_TIMEOUT_S || "15", [1, 3_600]),
    databaseConnections: wholeNumber("COLLAPSAR_DATABASE_CONNECTIONS", env.COLLAPSAR_DATABASE_CONNECTIONS || "16", [2, 1_000]),
    durable: env.COLLAPSAR_DURABLE === "1",
    purgeAfterMs: dayMs * wholeNumber("COLLAPSAR_PURGE_DAYS", env.COLLAPSAR_PURGE_DAYS || "30", [0, 36_500]),
    retention: {
      voidMs: daysKept("COLLAPSAR_KEEP_VOID_DAYS", env.COLLAPSAR_KEEP_VOID_DAYS || "30"),
      logMs: env.COLLAPSAR_KEEP_LOG_DAYS ? daysKept("COLLAPSAR_KEEP_LOG_DAYS", env.COLLAPSAR_KEEP_LOG_DAYS) : null,
      geometryMs: env.COLLAPSAR_KEEP_GEOMETRY_DAYS
        ? daysKept("COLLAPSAR_KEEP_GEOMETRY_DAYS", env.COLLAPSAR_KEEP_GEOMETRY_DAYS)
        : null,
    },
    databaseReserveBytes: megabytes("COLLAPSAR_DATABASE_RESERVE_MB", env.COLLAPSAR_DATABASE_RESERVE_MB || "64"),
    localWorker: startsLocalWorker(env),
    accessKey,
    singleUser,
    metricsToken: metricsToken(env.COLLAPSAR_METRICS_TOKEN || null),
    oidc: oidcSettings(env, accessKey !== null),
    publicUrl: address,
    otherHosts: hostNames(env.COLLAPSAR_OTHER_HOSTS ?? "", accessKey !== null),
    trustedProxies: trustedProxies(env.COLLAPSAR_TRUSTED_PROXIES ?? "", accessKey !== null),
    drainMs: 1_000 * wholeNumber("COLLAPSAR_DRAIN_S", env.COLLAPSAR_DRAIN_S || "0", [0, 60]),
    trafficBounds: {
      perAddress: wholeNumber(
        "COLLAPSAR_CONNECTIONS_PER_ADDRESS",
        env.COLLAPSAR_CONNECTIONS_PER_ADDRESS || "2000",
        [1, 1_000_000],
      ),
      unreadBytes: megabytes("COLLAPSAR_UNREAD_MB", env.COLLAPSAR_UNREAD_MB || "32"),
    },
    apiRequestsPerMinute: wholeNumber(
      "COLLAPSAR_API_REQUESTS_PER_MINUTE",
      env.COLLAPSAR_API_REQUESTS_PER_MINUTE || "3000",
      [1, 1_000_000],
    ),
    webhooks: {
      allowed: webhookNetworks(env.COLLAPSAR_WEBHOOK_NETWORKS ?? ""),
      retryMs: 1_000 * wholeNumber("COLLAPSAR_WEBHOOK_RETRY_S", env.COLLAPSAR_WEBHOOK_RETRY_S || "10", [1, 3_600]),
    },
    watch: env.COLLAPSAR_WATCH_DIR ? watchedFolder(env, env.COLLAPSAR_WATCH_DIR) : null,
    apiPatienceMs: 1_000 * wholeNumber("COLLAPSAR_API_PATIENCE_S", env.COLLAPSAR_API_PATIENCE_S || "60", [1, 3_600]),
    artefacts: filesPlace(),
    keptCheckpoints: wholeNumber("COLLAPSAR_RESUME_CHECKPOINTS", env.COLLAPSAR_RESUME_CHECKPOINTS || "2", [1, 20]),
    maxArtefactBytes: megabytes("COLLAPSAR_ARTEFACT_MB", env.COLLAPSAR_ARTEFACT_MB || "2000"),
    reserveBytes: megabytes("COLLAPSAR_RESERVE_MB", env.COLLAPSAR_RESERVE_MB || "500"),
    leaseTimes: leaseTimes(env.COLLAPSAR_HEARTBEAT_MS, env.COLLAPSAR_LEASE_MS),
    workerRestMs: wholeNumber("COLLAPSAR_WORKER_REST_MS", env.COLLAPSAR_WORKER_REST_MS || "15000", [0, 86_400_000]),
    leastRunMs: 1_000 * wholeNumber("COLLAPSAR_LEAST_RUN_S", env.COLLAPSAR_LEAST_RUN_S || "120", [0, 86_400]),
    slurm: slurmSettings(env, projectRoot, storagePlace().dataDir),
    kubernetes: kubernetesSettings(env),
    clusterToken,
  };
}

const watchedFolder = (env: NodeJS.ProcessEnv, folder: string): ServerSettings["watch"] => ({
  folder: resolve(folder),
  everyMs: wholeNumber("COLLAPSAR_WATCH_MS", env.COLLAPSAR_WATCH_MS || "10000", [50, 86_400_000]),
  quietMs: 60_000 * wholeNumber("COLLAPSAR_WATCH_QUIET_MIN", env.COLLAPSAR_WATCH_QUIET_MIN || "60", [1, 100_000]),
});

const daysKept = (name: string, text: string): number => dayMs * wholeNumber(name, text, [0, 36_500]);

/** Of several servers on one database not each is to train: there it starts only where it is asked for. */
const startsLocalWorker = ({ COLLAPSAR_LOCAL_WORKER: asked, DATABASE_URL: external }: NodeJS.ProcessEnv): boolean =>
  asked ? isOnOrOff("COLLAPSAR_LOCAL_WORKER", asked) : !external;

/** Where the data are, for programs that need to know no more. */
export function storagePlace(): Pick<ServerSettings, "dataDir" | "databaseUrl"> {
  const { COLLAPSAR_DATA_DIR, DATABASE_URL } = process.env;
  return { dataDir: resolve(COLLAPSAR_DATA_DIR || resolve(projectRoot, ".collapsar")), databaseUrl: DATABASE_URL || null };
}

/** Where files of runs are, for the same. @throws Failure INVALID */
export const filesPlace = (): ArtefactSettings => artefactSettings(process.env, storagePlace().dataDir);

/** A program that a person starts on their own machine tells nobody about it. */
export function keepQuiet(): void {
  process.env.NEXT_TELEMETRY_DISABLED = "1";
}

/** Where Next keeps its build (see next.config.mjs). */
export const pagesFolder = (): string => resolve(projectRoot, process.env.COLLAPSAR_NEXT_DIST ?? ".next");

/** Names of variables with secrets of the server's. */
const secretNames =
  /^(COLLAPSAR_(ACCESS_KEY|OIDC_CLIENT_SECRET|METRICS_TOKEN|CLUSTER_TOKEN|S3_\w+)|DATABASE_URL|PG[A-Z]+|REDIS_URL|AWS_\w+|SLURM_JWT)$/;

/** The environment of the worker that the server starts: the server's own without its secrets, with the worker's token. */
export function workerEnvironment(token: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, COLLAPSAR_WORKER_TOKEN: token };
  for (const name of Object.keys(environment)) if (secretNames.test(name)) delete environment[name];
  return environment;
}

/** The environment of Slurm's commands, which sbatch hands on to the job: where things are found, and nothing of the server's. */
export function slurmEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, USER, LOGNAME, SHELL, LANG, SLURM_CONF, NODE_ENV } = process.env;
  // Instants as seconds, wherever the machines are.
  return { PATH, HOME, USER, LOGNAME, SHELL, LANG, SLURM_CONF, NODE_ENV, SLURM_TIME_FORMAT: "%s" };
}

/** The environment in which git is asked about the sources: about them alone, not about a repository around them, and without locks. */
export function gitEnvironment(root: string): NodeJS.ProcessEnv {
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...rest } = process.env;
  return { ...rest, GIT_CEILING_DIRECTORIES: dirname(realpathSync(root)), GIT_OPTIONAL_LOCKS: "0" };
}
