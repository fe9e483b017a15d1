import { expect, test } from "vitest";
import {
  imageReference,
  jobName,
  namespaceName,
  secretName,
  serverAddress,
  workerManifestRequest,
} from "../../../contract/kubernetes.ts";

const long = (length: number) => "a".repeat(length);

test.each(["a", "lab", "team-1", "0", long(63)])("a namespace may be %s", (name) => {
  expect(namespaceName.parse(name)).toBe(name);
});

test.each(["", "-lab", "lab-", "Lab", "la.b", "la_b", "lab\n", "lab\nkind: Pod", "lab ", "ä", "a/b", "../x", long(64)])(
  "a namespace may not be %j",
  (name) => {
    expect(namespaceName.safeParse(name).success).toBe(false);
  },
);

test("a Job's name leaves room for the index behind it, a secret's may have dots", () => {
  expect(jobName.safeParse(long(52)).success).toBe(true);
  expect(jobName.safeParse(long(53)).error?.issues[0]?.message).toBe("the name has at most 52 characters");
  expect(secretName.safeParse("team.lab-1").success).toBe(true);
  for (const name of ["team..lab", ".lab", "lab.", "Lab", "a\nb", long(254)])
    expect(secretName.safeParse(name).success).toBe(false);
});

test.each([
  "collapsar",
  "collapsar:1.0",
  "registry.example.org/collapsar:1.0",
  "registry.example.org:5000/team/collapsar_app:V1.0-rc.1",
  "localhost:5000/collapsar",
  `ghcr.example/collapsar@sha256:${"0f".repeat(32)}`,
])("an image may be %s", (image) => {
  expect(imageReference.parse(image)).toBe(image);
});

test.each([
  "",
  "Collapsar",
  "collapsar:",
  "collapsar:1.0 ",
  "collapsar: 1.0",
  "collapsar\ncommand: [sh]",
  'a"b',
  "{{x}}",
  "https://registry.example.org/collapsar",
  "collapsar@sha256:00",
  "a//b",
  "-a",
  `a:${long(129)}`,
  long(401),
])("an image may not be %j", (image) => {
  expect(imageReference.safeParse(image).success).toBe(false);
});

test("a server's address is an origin; its slash goes", () => {
  expect(serverAddress.parse("https://collapsar.example.org/")).toBe("https://collapsar.example.org");
  expect(serverAddress.parse("http://collapsar:4040")).toBe("http://collapsar:4040");
  for (const text of [
    "collapsar",
    "ftp://a",
    "javascript:alert(1)",
    "https://a/path",
    "https://u:p@a",
    "https://a?x",
    "https://a b",
    "",
  ])
    expect(serverAddress.safeParse(text).success, text).toBe(false);
});

const good = {
  namespace: "lab",
  image: "collapsar:1.0",
  server: "https://collapsar.example.org",
  secret: "collapsar-worker",
  device: "cpu",
  cores: 4,
  memoryGiB: 8,
  queue: null,
  name: "night",
  workers: 12,
  minutes: 230,
} as const;

test("numbers have bounds, which a refusal names", () => {
  expect(workerManifestRequest.parse(good)).toEqual(good);
  const refusal = (change: object) => workerManifestRequest.safeParse({ ...good, ...change }).error?.issues[0]?.message;
  expect(refusal({ workers: 0 })).toBe("workers: a whole number from 1 to 1000");
  expect(refusal({ workers: 1_001 })).toBe("workers: a whole number from 1 to 1000");
  expect(refusal({ cores: 1.5 })).toBe("cores: a whole number from 1 to 256");
  expect(refusal({ memoryGiB: Number.NaN })).toBe("memory in GiB: a whole number from 1 to 4096");
  expect(refusal({ minutes: 4 })).toBe("minutes: a whole number from 5 to 43200");
  expect(refusal({ queue: "a b" })).toContain("the queue consists of lower-case letters");
  expect(refusal({ extra: 1 })).toContain("extra");
});
