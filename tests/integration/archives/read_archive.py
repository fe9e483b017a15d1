"""Reads an archive with numpy and the formats' own definitions alone: prints NC1 from the features, and the last stored one."""

import io
import json
import struct
import sys
import zipfile

import numpy

with zipfile.ZipFile(sys.argv[1]) as archive:
    folder = "runs/00000/"
    raw = archive.read(folder + "files/features.safetensors")
    (length,) = struct.unpack("<Q", raw[:8])
    head = json.loads(raw[8 : 8 + length])
    data = raw[8 + length :]

    def tensor(head, data, name):
        spec = head[name]
        kind = {"F32": "<f4", "F64": "<f8", "I64": "<i8"}[spec["dtype"]]
        start, end = spec["data_offsets"]
        return numpy.frombuffer(data[start:end], kind).reshape(spec["shape"])

    features = tensor(head, data, "train.features").astype(numpy.float64)
    labels = tensor(head, data, "train.labels")
    classes = range(int(labels.max()) + 1)
    means = numpy.stack([features[labels == k].mean(0) for k in classes])
    share = numpy.array([(labels == k).mean() for k in classes])
    centre = share @ means
    within = ((features - means[labels]) ** 2).sum(1).mean()
    between = share @ ((means - centre) ** 2).sum(1)

    steps, values = (numpy.load(io.BytesIO(archive.read(folder + name + ".npy"))) for name in ("steps", "values"))
    index = {s["key"]: s for s in json.loads(archive.read(folder + "series.json"))}
    nc1 = index[sys.argv[2]]
    last = nc1["from"] + nc1["valid"] - 1

    checkpoint = archive.read(folder + "files/checkpoint-60.safetensors")
    (length,) = struct.unpack("<Q", checkpoint[:8])
    tensors = json.loads(checkpoint[8 : 8 + length])
    head_weights = tensor(tensors, checkpoint[8 + length :], "W3")
    print(
        json.dumps(
            {
                "nc1": within / between,
                "stored": float(values[last]),
                "step": int(steps[last]),
                "sameHead": bool((head_weights == tensor(head, data, "W")).all()),
                "finite": bool(numpy.isfinite(values).all()),
            }
        )
    )
