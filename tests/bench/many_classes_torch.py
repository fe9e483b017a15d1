"""
What a library of PyTorch accumulators computes of neural collapse, on features in a file: the arithmetic of
rhubarbwu/neural-collapse (MIT; its accumulate.py and measure.py as of 2025), written anew and without its packaging: class means by
a one-hot product, the within-class covariance [d, d] and the variance norms in a second pass, and at the last layer decisions of the
classifier beside those of the nearest class mean, in a third; then NC1 (pinv, ratio, CDNV), NC2 (ETF error), NC3 (self-duality), NC4.
float32 on the CPU, as by default there. Left out: its hash of the means at every batch (sha256), and FAISS, which it uses where there is one.

python3 many_classes_torch.py FILE K D LAYERS N BATCH
"""
import json
import math
import resource
import sys
import time

import numpy as np
import torch

path, (K, D, LAYERS, N, BATCH) = sys.argv[1], map(int, sys.argv[2:7])
torch.set_num_threads(1)
eps = torch.finfo(torch.float32).eps
raw = np.memmap(path, np.float32, "r")
H = torch.from_numpy(np.array(raw[: N * D])).view(N, D)
W = torch.from_numpy(np.array(raw[N * D :])).view(K, D)
y = torch.arange(N) % K
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def batches():
    for at in range(0, N, BATCH):
        yield H[at : at + BATCH], y[at : at + BATCH]


def one_hot(labels):
    return (labels[:, None] == torch.arange(K)).float()


def measure():
    totals, counts = [torch.zeros(K, D) for _ in range(LAYERS)], [torch.zeros(K) for _ in range(LAYERS)]
    for x, labels in batches():
        for l in range(LAYERS):
            idx = one_hot(labels).mT
            counts[l] += idx.sum(1)
            totals[l] += idx @ x
    means = [total / (count + eps)[:, None] for total, count in zip(totals, counts)]
    covars, norms = [torch.zeros(D, D) for _ in range(LAYERS)], [torch.zeros(K) for _ in range(LAYERS)]
    for x, labels in batches():
        for l in range(LAYERS):
            idx = one_hot(labels).mT
            apart = x - means[l][labels]
            norms[l] += (idx @ apart**2).sum(-1)
            apart = x - means[l][labels]
            covars[l] += apart.mT @ apart
    matches = 0
    last = means[-1]
    for x, labels in batches():
        near = (x.norm(dim=-1)[:, None] ** 2 + last.norm(dim=-1)[None] ** 2 - 2 * x @ last.mT).argmin(-1)
        matches += int((near == (x @ W.mT).argmax(-1)).sum())
    found = []
    ideal = (torch.eye(K) - torch.ones(K, K) / K) / math.sqrt(K - 1)
    for l in range(LAYERS):
        within, variances = covars[l] / N, norms[l] / (counts[l] + eps)
        M = means[l] - means[l].mean(0)
        between = M.mT @ M / K
        pinv = torch.trace(torch.linalg.pinv(between) @ within).item() / K
        ratio = (torch.trace(within) / torch.trace(between)).item()
        # Pairs tile by tile, as it offers where K is large.
        total = 0.0
        for at in range(0, K, 100):
            distances = ((means[l][at : at + 100, None] - means[l][None]) ** 2).sum(-1)
            grid = (variances[at : at + 100, None] + variances[None]) / 2 / distances
            rows = torch.arange(len(grid))
            grid[rows, rows + at] = 0
            total += grid.sum().item()
        outer = M @ M.mT
        etf = torch.linalg.matrix_norm(outer / torch.linalg.matrix_norm(outer) - ideal).item()
        found.append({"nc1.pinv": pinv, "nc1.ratio": ratio, "nc1.cdnv": total / (K * (K - 1)), "nc2.metf": etf})
    found[-1]["nc4.ncc"] = 1 - matches / N
    M = means[-1] - means[-1].mean(0)
    found[-1]["nc3.duality"] = torch.linalg.matrix_norm(W / torch.linalg.matrix_norm(W) - M / torch.linalg.matrix_norm(M)).item()
    return found


from_wall, from_cpu = time.perf_counter(), time.process_time()
values = measure()[-1]
print(json.dumps({
    "wallMs": 1000 * (time.perf_counter() - from_wall), "cpuMs": 1000 * (time.process_time() - from_cpu),
    "ownBytes": 1024 * own, "peakBytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    "version": f"PyTorch {torch.__version__}, Python {sys.version.split()[0]}", "values": values,
}))
