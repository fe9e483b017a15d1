import { describe, expect, test } from "vitest";
import { artefactSettings } from "../../../../server/program/artefactSettings.ts";
import { workerEnvironment } from "../../../../server/program/env.ts";

const settings = (env: Record<string, string>) => artefactSettings(env as NodeJS.ProcessEnv, "/data");
const bucket = { COLLAPSAR_S3_BUCKET: "studies" };

describe("where files of runs are kept", () => {
  test("a folder in the data folder, another folder, or a bucket", () => {
    expect(settings({})).toEqual({ adopt: false, kind: "folder", folder: "/data/artefacts", isOwn: true });
    expect(settings({ COLLAPSAR_ARTEFACTS_DIR: "/data/artefacts/" })).toMatchObject({ isOwn: true });
    expect(settings({ COLLAPSAR_ARTEFACTS_DIR: "/scratch/lab" })).toMatchObject({ folder: "/scratch/lab", isOwn: false });
    expect(settings({ ...bucket, COLLAPSAR_S3_REGION: "eu-west-1" })).toEqual({
      ...{ adopt: false, kind: "s3", bucket: "studies", endpoint: null, region: "eu-west-1", prefix: "", credentials: null },
    });
    expect(
      settings({
        ...bucket,
        COLLAPSAR_S3_ENDPOINT: "http://store:9000/",
        COLLAPSAR_S3_PREFIX: "a/b",
        COLLAPSAR_S3_ACCESS_KEY_ID: "id",
        COLLAPSAR_S3_SECRET_ACCESS_KEY: "secret",
        COLLAPSAR_ARTEFACTS_ADOPT: "1",
      }),
    ).toEqual({
      ...{ adopt: true, kind: "s3", bucket: "studies", endpoint: "http://store:9000", region: "us-east-1", prefix: "a/b/" },
      credentials: { accessKeyId: "id", secretAccessKey: "secret" },
    });
  });

  test.each([
    [{ COLLAPSAR_S3_REGION: "eu" }, /COLLAPSAR_S3_REGION is set, but COLLAPSAR_S3_BUCKET, the bucket's name, is not/],
    [{ ...bucket, COLLAPSAR_ARTEFACTS_DIR: "/x" }, /COLLAPSAR_ARTEFACTS_DIR and COLLAPSAR_S3_BUCKET are both set/],
    [{ COLLAPSAR_S3_BUCKET: "Studies" }, /COLLAPSAR_S3_BUCKET is "Studies": it must have 3 to 63 small letters/],
    [{ COLLAPSAR_S3_BUCKET: "a/b/c" }, /COLLAPSAR_S3_BUCKET is "a\/b\/c"/],
    [{ ...bucket, COLLAPSAR_S3_PREFIX: "/a" }, /COLLAPSAR_S3_PREFIX is "\/a": it must be a path/],
    [{ ...bucket, COLLAPSAR_S3_PREFIX: "a//b" }, /COLLAPSAR_S3_PREFIX is "a\/\/b"/],
    [{ ...bucket, COLLAPSAR_S3_ENDPOINT: "store:9000" }, /COLLAPSAR_S3_ENDPOINT is "store:9000": it must be an address/],
    [{ ...bucket, COLLAPSAR_S3_ENDPOINT: "http://store/studies" }, /without bucket, path or password/],
    [{ ...bucket, COLLAPSAR_S3_ENDPOINT: "http://me:hidden@store" }, /"http:\/\/\*\*\*@store"/],
    [{ ...bucket, COLLAPSAR_S3_ACCESS_KEY_ID: "id" }, /belong together: set both/],
    [{ ...bucket, COLLAPSAR_S3_SECRET: "x" }, /COLLAPSAR_S3_SECRET is not a setting: they are COLLAPSAR_S3_ENDPOINT, /],
    [{ COLLAPSAR_ARTEFACTS_ADOPT: "yes" }, /COLLAPSAR_ARTEFACTS_ADOPT is "yes": it must be 1, 0 or left out/],
  ])("refuses %o", (env, message) => {
    expect(() => settings(env)).toThrow(message);
  });

  test("is no concern of the local worker's: it gets no credentials", () => {
    const given = {
      ...{ COLLAPSAR_S3_BUCKET: "b", COLLAPSAR_S3_SECRET_ACCESS_KEY: "s", AWS_SECRET_ACCESS_KEY: "s", AWS_PROFILE: "p" },
      ...{ PGPASSWORD: "s", PGPASSFILE: "/root/.pgpass", SLURM_JWT: "s" },
      ...{ DATABASE_URL: "postgres://x", COLLAPSAR_UPLOAD_CHECKPOINTS_S: "60" },
    };
    const before = { ...process.env };
    Object.assign(process.env, given);
    try {
      const environment = workerEnvironment("token");
      expect(Object.keys(given).filter((name) => environment[name] !== undefined)).toEqual(["COLLAPSAR_UPLOAD_CHECKPOINTS_S"]);
      expect(environment).toMatchObject({ COLLAPSAR_WORKER_TOKEN: "token", PATH: before.PATH });
    } finally {
      for (const name of Object.keys(given)) delete process.env[name];
      Object.assign(process.env, before);
    }
  });
});
