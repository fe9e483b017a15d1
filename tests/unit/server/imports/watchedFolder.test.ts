import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { WatchedFolder } from "../../../../server/imports/watch/watchedFolder.ts";
import { float32, int64, npy, ReadingFolder, zip } from "../../../support/builders/arrayFiles.ts";

const place = new ReadingFolder();
afterAll(() => place.close());
const [folder, statePath] = [join(place.path, "drop"), join(place.path, "data/watched.json")];
const H = npy("<f4", [4, 2], float32(0, 0, 4, 4, 2, 0, 4, 8));
const y = npy("<i8", [4], int64(0, 1, 0, 1));
const all = await zip({ "H.npy": H, "y.npy": y });
let stored: string[];
let answer: () => void;
let watched: WatchedFolder;

const open = (quietMs = 3_600_000) =>
  new WatchedFolder(
    { folder, statePath, scratchFolder: join(place.path, "scratch"), scratchBytes: 1e9, reserveBytes: 0, quietMs },
    {
      async add({ study, values }, event, warnings) {
        answer();
        stored.push([study, ...Object.values(values), `${event.split}@${event.step}`, ...warnings].join(" "));
        return [];
      },
      async end({ study, values }) {
        stored.push([study, ...Object.values(values), "ends"].join(" "));
      },
    },
  );
const put = (name: string, bytes: Uint8Array) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), bytes);
};
/** Once to see the files, once to see that they have not changed. */
const lookTwice = async (of = watched) => {
  await of.look();
  await of.look();
};

beforeEach(() => {
  for (const path of [folder, dirname(statePath)]) rmSync(path, { recursive: true, force: true });
  mkdirSync(folder);
  stored = [];
  answer = () => undefined;
  watched = open();
});

test("files become measurements once they are complete, and only once, even after a restart", async () => {
  put("resnet/seed_0/ep1.npz", all);
  put("resnet/seed_0/ep2.npz", all.subarray(0, 100));
  await watched.look();
  expect(stored).toEqual([]);
  put("resnet/seed_0/ep2.npz", all);
  await watched.look();
  expect(stored).toEqual(["resnet 0 train@1"]);
  await lookTwice();
  put("resnet/seed_1/ep1/H.npy", H);
  put("resnet/seed_1/ep1/y.npy", y);
  await lookTwice();
  const again = open();
  await lookTwice(again);
  put("resnet/seed_0/ep3.npz", all);
  await lookTwice(again);
  expect(stored).toEqual(["resnet 0 train@1", "resnet 0 train@2", "resnet 1 train@1", "resnet 0 train@3"]);
  expect(again.report).toEqual({ folder, imported: 4, problems: [] });
  expect(readdirSync(dirname(statePath))).toEqual(["watched.json"]);
});

test("what cannot be read is named with its reason, and read again when it has changed", async () => {
  put("s/r/ep1.npz", all);
  put("s/r/ep2.npz", all.subarray(0, 100));
  put("s/r/ep3.npz", await zip({ "H.npy": npy("<f4", [4, 2], float32(0, 0, 4, 4, Number.NaN, 0, 4, 8)), "y.npy": y }));
  put("loose.npz", all);
  await lookTwice();
  await lookTwice();
  const unreadable = expect.stringMatching(/^s: r\/ep2\.npz cannot be read as a zip file: /);
  const nan = "s: r/ep3.npz:H: sample 2 has NaN as its number 0: features must be finite.";
  expect(watched.report).toEqual({
    folder,
    imported: 1,
    problems: ["loose.npz is in no folder: put it into <study>/<run>/.", unreadable, nan],
  });
  const again = open();
  await lookTwice(again);
  expect(again.report.problems).toContain(nan);
  put("s/r/ep3.npz", all);
  put("s/r/ep2.npz", all);
  renameSync(join(folder, "loose.npz"), join(folder, "loose.txt"));
  await lookTwice(again);
  await lookTwice(again);
  expect(stored).toEqual(["s r train@1", "s r train@2", "s r train@3"]);
});

test("a step without labels holds up those behind it, since steps must rise, and nothing else", async () => {
  put("s/r/H_ep1.npy", H);
  put("s/r/y_ep1.npy", y);
  put("s/r/H_ep2.npy", H);
  put("s/r/H_ep3.npy", H);
  put("s/r/y_ep3.npy", y);
  put("s/other/ep9.npz", all);
  await lookTwice();
  expect(stored).toEqual(["s other train@9", "s r train@1"]);
  expect(watched.report).toEqual({
    folder,
    imported: 2,
    problems: [
      expect.stringMatching(/^s: r: No labels were found at step 2 \(train\)\. There is: r\/H_ep2\.npy \[4, 2\] float32\. /),
    ],
  });
  put("s/r/y_ep2.npy", y);
  await lookTwice();
  expect(stored).toEqual(["s other train@9", "s r train@1", "s r train@2", "s r train@3"]);
  expect(watched.report).toEqual({ folder, imported: 4, problems: [] });
});

test("a file that changes after it was imported is left out, and that is said", async () => {
  put("s/r/ep1.npz", all);
  await lookTwice();
  put("s/r/ep1.npz", await zip({ "H.npy": H, "y.npy": y, "b.npy": y }));
  await lookTwice();
  expect(stored).toEqual(["s r train@1"]);
  expect(watched.report.problems).toEqual(["s: r/ep1.npz came or changed after step 1 (train) was imported: left out."]);
});

test("a test set that comes later is held against the training set of its step", async () => {
  put("s/r/ep1_train.npz", all);
  await lookTwice();
  put("s/r/ep1_test.npz", all);
  await lookTwice();
  expect(stored).toEqual(["s r train@1", "s r test@1"]);
});

test("where it cannot be stored now, it is tried again", async () => {
  put("s/r/ep1.npz", all);
  answer = () => {
    throw new Error("the database is away");
  };
  await watched.look();
  await expect(watched.look()).rejects.toThrow("the database is away");
  answer = () => undefined;
  await watched.look();
  expect(stored).toEqual(["s r train@1"]);
});

test("a run for which nothing came for long ends, and goes on when something comes", async () => {
  const quiet = open(0);
  put("s/r/ep1.npz", all);
  await lookTwice(quiet);
  await lookTwice(quiet);
  put("s/r/ep2.npz", all);
  await lookTwice(quiet);
  expect(stored).toEqual(["s r train@1", "s r ends", "s r train@2", "s r ends"]);
});

test("links, hidden files and files that are still written are none, and a missing folder is said", async () => {
  writeFileSync(join(place.path, "secret.npz"), all);
  mkdirSync(join(folder, "s/r"), { recursive: true });
  symlinkSync(join(place.path, "secret.npz"), join(folder, "s/r/ep1.npz"));
  symlinkSync(place.path, join(folder, "s/out"));
  put("s/r/.ep2.npz", all);
  put("s/r/ep3.npz.part", all);
  put("s/r/ep4.npz", Buffer.alloc(0));
  await lookTwice();
  expect(stored).toEqual([]);
  rmSync(folder, { recursive: true });
  await watched.look();
  expect(watched.report.problems).toEqual([
    `The watched folder ${folder} cannot be read: it is not there, or its permissions do not allow it.`,
  ]);
});

test("a damaged list of what was imported imports nothing twice", async () => {
  put("s/r/ep1.npz", all);
  mkdirSync(dirname(statePath));
  writeFileSync(statePath, "[]");
  await expect(watched.look()).rejects.toThrow("is not a list of what was imported");
  expect([stored, existsSync(statePath)]).toEqual([[], true]);
});

test("a server that stops ends the measurement", async () => {
  put("s/r/ep1.npz", all);
  await watched.look();
  watched.stop();
  await expect(watched.look()).rejects.toThrow("The server is stopping.");
  expect(stored).toEqual([]);
});
