import { join, resolve } from "node:path";
import { Failure } from "../../contract/failure.ts";

export interface S3Settings {
  /** Address of an S3-compatible store; null: AWS itself. */
  endpoint: string | null;
  bucket: string;
  region: string;
  /** Before each key: "" or text that ends with a slash. */
  prefix: string;
  /** null: from the environment, as AWS' own programs take them. */
  credentials: { accessKeyId: string; secretAccessKey: string } | null;
}

/**
 * `adopt`: whatever is there, and wherever the database's files were before, this is where they are from now on.
 * `isOwn`: the folder is the one in the data folder.
 */
export type ArtefactSettings = { adopt: boolean } & (
  | { kind: "folder"; folder: string; isOwn: boolean }
  | ({ kind: "s3" } & S3Settings)
);

/** Where files of runs are kept. @throws Failure INVALID naming the variable, its value and what it may be */
export function artefactSettings(env: NodeJS.ProcessEnv, dataDir: string): ArtefactSettings {
  const { COLLAPSAR_ARTEFACTS_ADOPT: adopting = "" } = env;
  if (!["", "0", "1"].includes(adopting))
    throw new Failure("INVALID", `COLLAPSAR_ARTEFACTS_ADOPT is "${adopting}": it must be 1, 0 or left out`);
  const adopt = adopting === "1";
  const given = Object.keys(env).filter((name) => name.startsWith("COLLAPSAR_S3_") && env[name]);
  if (given.length === 0) {
    const own = join(dataDir, "artefacts");
    const folder = env.COLLAPSAR_ARTEFACTS_DIR ? resolve(env.COLLAPSAR_ARTEFACTS_DIR) : own;
    return { adopt, kind: "folder", folder, isOwn: folder === own };
  }
  if (env.COLLAPSAR_ARTEFACTS_DIR)
    throw new Failure("INVALID", `COLLAPSAR_ARTEFACTS_DIR and ${given[0]} are both set: files of runs are kept in one place.`);
  return { adopt, kind: "s3", ...s3Settings(env, given) };
}

const s3Names = ["ENDPOINT", "BUCKET", "REGION", "PREFIX", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"].map(
  (end) => `COLLAPSAR_S3_${end}`,
);

function s3Settings(env: NodeJS.ProcessEnv, given: string[]): S3Settings {
  const unknown = given.find((name) => !s3Names.includes(name));
  if (unknown) throw new Failure("INVALID", `${unknown} is not a setting: they are ${s3Names.join(", ")}.`);
  const { COLLAPSAR_S3_BUCKET: bucket = "", COLLAPSAR_S3_PREFIX: prefix = "" } = env;
  if (bucket === "") throw new Failure("INVALID", `${given[0]} is set, but COLLAPSAR_S3_BUCKET, the bucket's name, is not.`);
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw new Failure(
      "INVALID",
      `COLLAPSAR_S3_BUCKET is "${bucket}": it must have 3 to 63 small letters, digits, dots and hyphens, without a path.`,
    );
  if (!/^[\w!.'()*-]+(\/[\w!.'()*-]+)*\/?$/.test(prefix || "-") || prefix.length > 500)
    throw new Failure(
      "INVALID",
      `COLLAPSAR_S3_PREFIX is "${prefix}": it must be a path such as studies/collapsar, at most 500 characters, without a slash at its beginning.`,
    );
  return {
    bucket,
    endpoint: s3Endpoint(env.COLLAPSAR_S3_ENDPOINT || null),
    region: env.COLLAPSAR_S3_REGION || "us-east-1",
    prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
    credentials: s3Credentials(env),
  };
}

function s3Endpoint(text: string | null): string | null {
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (
    (url?.protocol !== "http:" && url?.protocol !== "https:") ||
    url.username !== "" ||
    url.pathname !== "/" ||
    url.search !== ""
  )
    throw new Failure(
      "INVALID",
      `COLLAPSAR_S3_ENDPOINT is "${text.replace(/\/\/[^/]*@/, "//***@")}": it must be an address such as https://store.example.org:9000, without bucket, path or password.`,
    );
  return url.origin;
}

function s3Credentials(env: NodeJS.ProcessEnv): S3Settings["credentials"] {
  const { COLLAPSAR_S3_ACCESS_KEY_ID: accessKeyId = "", COLLAPSAR_S3_SECRET_ACCESS_KEY: secretAccessKey = "" } = env;
  if ((accessKeyId === "") !== (secretAccessKey === ""))
    throw new Failure(
      "INVALID",
      "COLLAPSAR_S3_ACCESS_KEY_ID and COLLAPSAR_S3_SECRET_ACCESS_KEY belong together: set both, or leave both to what the AWS programs use.",
    );
  return accessKeyId === "" ? null : { accessKeyId, secretAccessKey };
}
