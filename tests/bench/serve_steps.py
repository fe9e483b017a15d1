"""What the PyTorch side of every step bench does: plain updates, timed when asked, so that both sides can take turns."""

import json
import sys
import time

import torch
import torch.nn.functional as F


def serve_steps(model, optimizer, x, y):
    """Says its version, then answers each line {"steps": 3} by {"wallMs": [...], "cpuMs": [...], "loss": 1.9}."""

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        wall, cpu = [], []
        for _ in range(json.loads(line)["steps"]):
            start, cpu_start = time.perf_counter(), time.process_time()
            loss = step()
            wall.append(1000 * (time.perf_counter() - start))
            cpu.append(1000 * (time.process_time() - cpu_start))
        print(json.dumps({"wallMs": wall, "cpuMs": cpu, "loss": loss.item()}), flush=True)
