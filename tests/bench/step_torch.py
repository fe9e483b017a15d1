"""The training step of step.ts in plain PyTorch: a process that times steps when asked, so that both can take turns.

First line in:  {"architecture": "rn1", "d": 64, "depth": 8, "batch": 2000, "inputs": 784, "classes": 10, "seed": 0, "fused": false}
Every other:    {"steps": 5}, answered by {"wallMs": [...], "cpuMs": [...], "loss": 1.9}
"""

import json
import sys

import torch

from networks_torch import ResNet
from serve_steps import serve_steps

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
torch.set_flush_denormal(True)

case = json.loads(sys.stdin.readline())
torch.manual_seed(case["seed"])
model = ResNet(case["architecture"], case["inputs"], case["d"], case["depth"], case["classes"])
blocks = list(model.first) + list(model.second or [])
decayed = [block.weight for block in blocks] + [model.head.weight]
free = [model.embed.weight, model.embed.bias] + [block.bias for block in blocks]
groups = [{"params": decayed, "weight_decay": 0.005}, {"params": free, "weight_decay": 0.0}]
optimizer = torch.optim.Adam(groups, lr=0.005, **({"fused": True} if case["fused"] else {}))
x = torch.randn(case["batch"], case["inputs"])
y = torch.randint(case["classes"], (case["batch"],))

serve_steps(model, optimizer, x, y)
