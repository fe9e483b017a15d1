import { Failure } from "../../contract/failure.ts";

/** What a store says when it has no room. */
const fullNames = ["XMinioStorageFull", "QuotaExceeded", "InsufficientStorage", "EntityTooLarge"];
/** What asking again does not change: the settings, or the store's, are wrong. */
const wrong: Record<string, string> = {
  NoSuchBucket: "it does not exist. Create it, or correct COLLAPSAR_S3_BUCKET",
  InvalidBucketName: "the store does not take such a name: correct COLLAPSAR_S3_BUCKET",
  InvalidAccessKeyId: "the store does not know the access key: correct COLLAPSAR_S3_ACCESS_KEY_ID",
  SignatureDoesNotMatch: "the store refuses the secret: correct COLLAPSAR_S3_SECRET_ACCESS_KEY",
  AccessDenied: "the store refuses access. The key must be allowed to list the bucket and to read, write and delete its objects",
  AuthorizationHeaderMalformed: "the store refuses the request: correct COLLAPSAR_S3_REGION",
  PermanentRedirect: "it is in another region: correct COLLAPSAR_S3_REGION",
  CredentialsProviderError: "no credentials were found: set COLLAPSAR_S3_ACCESS_KEY_ID and COLLAPSAR_S3_SECRET_ACCESS_KEY",
};

/** @returns the failure in words for people: NOT_ALLOWED where the settings are wrong, UNAVAILABLE where it may work later */
export function storeFailure(error: unknown, place: string): Failure {
  if (error instanceof Failure) return error;
  const { name, code, $metadata } = error as Error & { code?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (name === "NoSuchKey" || name === "NotFound") return new Failure("NOT_FOUND", `The file is no longer in ${place}.`);
  if (wrong[name]) return new Failure("NOT_ALLOWED", `Files of runs cannot be kept in ${place}: ${wrong[name]}.`);
  if (status === 507 || fullNames.includes(name)) return new Failure("DISK_FULL", `There is no room left in ${place}.`);
  const why = status === undefined ? `does not answer (${code ?? name})` : `answers with status ${status} (${name})`;
  return new Failure("UNAVAILABLE", `Files of runs cannot be stored or read now: ${place} ${why}.`);
}
