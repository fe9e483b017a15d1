import { expect, test } from "vitest";
import type { RunFile } from "../../../../../db/queries/runFiles.ts";
import { spareFiles } from "../../../../../server/services/files/dropSpareFiles.ts";
import { usableCheckpoints } from "../../../../../server/supervisor/claimWithCheckpoints.ts";

const file = (attempt: number, name: string): RunFile => ({
  ...{ runId: "run", attempt, name, bytes: 10 },
  ...{ sha256: "0".repeat(64), at: new Date(0) },
});
const names = (files: { attempt: number; name: string }[]) => files.map(({ attempt, name }) => `${attempt}/${name}`);

const always = () => true;

test("those that are of no use go first, however new they are", () => {
  const files = [file(1, "resume-20.ckpt"), file(1, "resume-30.ckpt"), file(2, "resume-25.ckpt")];
  const isOfUse = ({ name }: RunFile) => name !== "resume-30.ckpt";
  expect(names(spareFiles(files, 2, isOfUse))).toEqual(["1/resume-30.ckpt"]);
  expect(names(spareFiles(files, 1, isOfUse))).toEqual(["1/resume-20.ckpt", "1/resume-30.ckpt"]);
  expect(spareFiles(files, 3, isOfUse)).toEqual([]);
});

test("the newest checkpoints of the newest attempts stay, those of the attempt before until newer ones are there", () => {
  const before = [file(1, "resume-9.ckpt"), file(1, "resume-80.ckpt"), file(1, "resume-100.ckpt")];
  expect(names(spareFiles(before, 2, always))).toEqual(["1/resume-9.ckpt"]);
  expect(names(spareFiles([...before.slice(1), file(2, "resume-90.ckpt")], 2, always))).toEqual(["1/resume-80.ckpt"]);
  expect(names(spareFiles(before, 0, always)).sort()).toEqual(["1/resume-100.ckpt", "1/resume-80.ckpt", "1/resume-9.ckpt"]);
});

test("what earlier attempts left at their end goes when a later one leaves something, whatever is there to resume from", () => {
  const files = [file(1, "features.safetensors"), file(1, "checkpoint-5.ckpt"), file(2, "resume-3.ckpt")];
  expect(spareFiles(files, 1, always)).toEqual([]);
  expect(names(spareFiles([...files, file(2, "features.safetensors")], 1, always))).toEqual([
    "1/features.safetensors",
    "1/checkpoint-5.ckpt",
  ]);
});

test("of use are those on the curve that the next attempt continues, the furthest first", () => {
  const files = [
    ...[file(1, "resume-100.ckpt"), file(1, "resume-400.ckpt"), file(2, "resume-250.ckpt")],
    ...[file(4, "resume-300.ckpt"), file(4, "resume-350.ckpt"), file(4, "checkpoint-200.ckpt"), file(4, "resume-0.ckpt")],
  ];
  // Attempt 2 resumed from step 200 of attempt 1; attempt 4 from 260 of attempt 2, and is stored up to step 320.
  const lineage = [
    { fromAttempt: 3, through: 320 },
    { fromAttempt: 2, through: 260 },
    { fromAttempt: 1, through: 200 },
  ];
  expect(names(usableCheckpoints(files, lineage))).toEqual(["4/resume-300.ckpt", "2/resume-250.ckpt", "1/resume-100.ckpt"]);
  // Attempt 4 began at step 0: nothing of the attempts before it is of use.
  expect(names(usableCheckpoints(files, [{ fromAttempt: 4, through: 320 }]))).toEqual(["4/resume-300.ckpt"]);
  expect(usableCheckpoints(files, [])).toEqual([]);
});
