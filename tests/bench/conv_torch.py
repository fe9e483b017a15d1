"""The training step of conv.ts in plain PyTorch: a process that times steps when asked, so that both can take turns.

First line in:  {"channels": 32, "depth": 8, "batch": 128, "input": [3, 32, 32], "classes": 10, "seed": 0, "channelsLast": false}
Every other:    {"steps": 3}, answered by {"wallMs": [...], "cpuMs": [...], "loss": 1.9}
"""

import json
import sys

import torch
import torch.nn.functional as F

from serve_steps import serve_steps

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
torch.set_flush_denormal(True)


class ConvolutionalResNet(torch.nn.Module):
    """X1 = LN(stem(X0)); X_{l+1} = LN(X_l + relu(conv_l(X_l))), LN over a sample's whole map; logits = W_L LN(mean over places)."""

    def __init__(self, channels, depth, inputs, classes):
        super().__init__()
        self.stem = torch.nn.Conv2d(inputs, channels, 3, stride=2, padding=1)
        self.blocks = torch.nn.ModuleList(torch.nn.Conv2d(channels, channels, 3, padding=1) for _ in range(depth - 1))
        self.head = torch.nn.Linear(channels, classes, bias=False)

    def forward(self, x):
        x = F.group_norm(self.stem(x), 1)
        for block in self.blocks:
            x = F.group_norm(x + F.relu(block(x)), 1)
        pooled = x.mean((2, 3))
        return self.head(F.layer_norm(pooled, pooled.shape[1:]))


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
