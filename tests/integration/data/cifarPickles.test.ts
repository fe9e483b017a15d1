import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { imagesFromCifarPickles } from "../../../workers/data/formats/cifarPickle.ts";
import { type ImageBytes, imagesFromCifar } from "../../../workers/data/formats/imageBytes.ts";
import { resolveSamples } from "../../../workers/data/resolve/resolveSamples.ts";
import { sha256 } from "../../../workers/data/sources/readVerified.ts";
import { smallCifar } from "../../unit/workers/data/sources/smallCifar.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cifar-"));
});
afterEach(() => rmSync(root, { recursive: true }));
const places = () => ({ folder: root, cache: join(root, "cache") });

const shared = "../shared/data/cifar10-lossless-5k";
const numpy = spawnSync("python3", ["-c", "import numpy"]).status === 0;
const script = `
import pickle, sys, numpy, gzip, os, tarfile
folder, out, protocol = sys.argv[1], sys.argv[2], int(sys.argv[3])
def records(name):
    raw = numpy.frombuffer(gzip.open(os.path.join(folder, name)).read(), dtype=numpy.uint8).reshape(-1, 3073)
    return raw[:, 1:], raw[:, 0].tolist()
def write(name, data, labels):
    with open(os.path.join(out, name), 'wb') as f:
        pickle.dump({b'batch_label': b'x', b'labels': labels, b'data': numpy.ascontiguousarray(data), b'filenames': [b'a.png'] * len(labels)}, f, protocol)
pixels, labels = records('train_4000.bin.gz')
for n in range(5): write('data_batch_%d' % (n + 1), pixels[800 * n:800 * (n + 1)], labels[800 * n:800 * (n + 1)])
pixels, labels = records('test_1000.bin.gz')
write('test_batch', pixels, labels)
with tarfile.open(os.path.join(out, 'cifar-10-python.tar.gz'), 'w:gz') as archive:
    for name in sorted(os.listdir(out)):
        if not name.endswith('.gz'): archive.add(os.path.join(out, name), 'cifar-10-batches-py/' + name)
`;

const digest = ({ pixels, labels, ...rest }: ImageBytes) => ({ ...rest, pixels: sha256(pixels), labels: labels.join() });

describe.skipIf(!numpy || !existsSync(shared))("pickles that Python writes of real pictures", () => {
  test.each([2, 3, 4, 5])("protocol %i, loose and as an archive, hold the same pictures as the binary form", async (protocol) => {
    const out = join(root, "out");
    mkdirSync(out);
    execFileSync("python3", ["-c", script, shared, out, String(protocol)]);
    const names = [1, 2, 3, 4, 5].map((n) => `data_batch_${n}`);
    const bytesOf = (name: string) => ({ name, bytes: readFileSync(join(out, name)) });
    const raw = (name: string) => ({ name, bytes: gunzipSync(readFileSync(join(shared, name))) });
    const expected = imagesFromCifar([raw("train_4000.bin.gz")], { classes: 10, labelBytes: 1 });
    expect(digest(imagesFromCifarPickles(names.map(bytesOf), 10))).toEqual(digest(expected));
    const archive = readFileSync(join(out, "cifar-10-python.tar.gz"));
    mkdirSync(join(root, "cifar10"));
    writeFileSync(join(root, "cifar10", "cifar-10-python.tar.gz"), archive);
    const train = Object.fromEntries(names.map((name) => [name, "0"]));
    const python = {
      archive: "cifar-10-python.tar.gz",
      sha256: sha256(archive),
      folder: "cifar-10-batches-py",
      train,
      test: { test_batch: "0" },
    };
    const found = await resolveSamples(smallCifar({ python }), places());
    expect(found.source).toBe(`folder ${join(root, "cifar10")}`);
    expect(digest(found.train)).toEqual(digest(expected));
    expect(digest(found.test)).toEqual(digest(imagesFromCifar([raw("test_1000.bin.gz")], { classes: 10, labelBytes: 1 })));
  });
});
