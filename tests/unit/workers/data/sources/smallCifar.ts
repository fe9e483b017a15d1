import { cifar10Names } from "../../../../../contract/data/classNamesOfSets.ts";
import { type CifarForms, cifarLayouts } from "../../../../../workers/data/sources/cifarLayouts.ts";
import type { ImageSource } from "../../../../../workers/data/sources/datasetSource.ts";
import { imageSource } from "../../../../../workers/data/sources/imageSources.ts";

/** CIFAR-10's layouts for a set of 2 training pictures (one batch file of each) and 1 test picture a class. */
export function smallCifar(forms: Partial<CifarForms> = {}): ImageSource {
  const names = [1, 2].map((n) => `data_batch_${n}`);
  return {
    ...imageSource("cifar10"),
    layouts: cifarLayouts({
      classes: 10,
      classNames: cifar10Names,
      perClass: { train: 2, test: 1 },
      binary: {
        archive: "b.tar.gz",
        sha256: "0",
        bytes: 1,
        folder: "b",
        train: names.map((n) => `${n}.bin`),
        test: "test_batch.bin",
      },
      python: {
        archive: "p.tar.gz",
        sha256: "0",
        folder: "cifar-10-batches-py",
        train: { data_batch_1: "0", data_batch_2: "0" },
        test: { test_batch: "0" },
      },
      ...forms,
    }).map((layout) => ({ ...layout, mirrors: [] })),
  };
}
