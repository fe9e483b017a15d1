"""The training step of conv.ts in plain PyTorch: a process that times steps when asked, so that both can take turns.

First line in:  {"channels": 32, "depth": 8, "batch": 128, "input": [3, 32, 32], "classes": 10, "seed": 0, "channelsLast": false}
Every other:    {"steps": 3}, answered by {"wallMs": [...], "cpuMs": [...], "loss": 1.9}
"""

import json
import sys

import torch

from networks_torch import ConvolutionalResNet
from serve_steps import serve_steps

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
torch.set_flush_denormal(True)

case = json.loads(sys.stdin.readline())
torch.manual_seed(case["seed"])
layout = torch.channels_last if case["channelsLast"] else torch.contiguous_format
model = ConvolutionalResNet(case["channels"], case["depth"], case["input"][0], case["classes"]).to(memory_format=layout)
decayed = [block.weight for block in model.blocks] + [model.head.weight]
free = [model.stem.weight, model.stem.bias] + [block.bias for block in model.blocks]
groups = [{"params": decayed, "weight_decay": 0.005}, {"params": free, "weight_decay": 0.0}]
optimizer = torch.optim.Adam(groups, lr=0.005, fused=True)
x = torch.randn(case["batch"], *case["input"]).to(memory_format=layout)
y = torch.randint(case["classes"], (case["batch"],))

serve_steps(model, optimizer, x, y)
