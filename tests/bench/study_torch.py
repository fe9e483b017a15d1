"""A study as a plain PyTorch script: one run after the other, with PyTorch's own number of threads, nothing measured. See study.ts.

In: one line {"data": {"inputs": "FILE of float32 [N, D]", "labels": [N], "dimension": D, "classes": K}, "steps": 200 or null, "runs":
[{"architecture": "rn1", "depth": 5, "width": 64, "seed": 0, "steps": 2000, "rate": 0.01, "floor": 0, "decay": {"head": 0.005,
"hidden": 0.005}, "gain": 1, "branchGain": 0.1}]}
Out: {"torch": "2.9.0", "threads": 2}, then for each run {"s": 41.2, "loss": 0.31, "adam": "fused"}; with "steps", a run is cut down to so
many and its time is scaled.
"""

import json
import math
import sys
import time

import numpy
import torch
import torch.nn.functional as F

from networks_torch import ResNet


def make_optimizer(model, decay, rate, fused):
    named = list(model.named_parameters())
    head = [p for name, p in named if name == "head.weight"]
    hidden = [p for name, p in named if name.endswith("weight") and not name.startswith(("head", "embed"))]
    free = [p for name, p in named if not name.endswith("weight") or name.startswith("embed")]
    groups = [
        {"params": head, "weight_decay": decay["head"]},
        {"params": hidden, "weight_decay": decay["hidden"]},
        {"params": free, "weight_decay": 0.0},
    ]
    return torch.optim.Adam(groups, lr=rate, **({"fused": True} if fused else {}))


def initialize(model, gain, branch_gain):
    last = model.second or model.first
    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            torch.nn.init.normal_(module.weight, std=gain / math.sqrt(module.in_features))
            if module.bias is not None:
                torch.nn.init.zeros_(module.bias)
    with torch.no_grad():
        for block in last:
            block.weight.mul_(branch_gain)


def train(run, x, y, classes, cut, fused):
    torch.manual_seed(run["seed"])
    model = ResNet(run["architecture"], x.shape[1], run["width"], run["depth"], classes)
    initialize(model, run["gain"], run["branchGain"])
    optimizer = make_optimizer(model, run["decay"], run["rate"], fused)
    rate_at = lambda k: run["floor"] + (1 - run["floor"]) * (1 + math.cos(math.pi * k / run["steps"])) / 2
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate_at)
    steps = min(cut or run["steps"], run["steps"])
    start = time.perf_counter()
    for _ in range(steps):
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        schedule.step()
    seconds = (time.perf_counter() - start) * run["steps"] / steps
    return seconds, loss.item()


study = json.loads(sys.stdin.readline())
data = study["data"]
x = torch.from_numpy(numpy.fromfile(data["inputs"], dtype=numpy.float32).reshape(-1, data["dimension"]))
y = torch.tensor(data["labels"], dtype=torch.int64)
torch.set_flush_denormal(True)
print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
for run in study["runs"]:
    # The faster of PyTorch's two updates, found by a few steps of each.
    tries = {fused: min(train(run, x, y, data["classes"], 10, fused)[0] for _ in range(2)) for fused in (False, True)}
    fused = tries[True] < tries[False]
    seconds, loss = train(run, x, y, data["classes"], study["steps"], fused)
    print(json.dumps({"s": seconds, "loss": loss, "adam": "fused" if fused else "plain"}), flush=True)
