"""The training step of step.ts in plain PyTorch: a process that times steps when asked, so that both can take turns.

First line in:  {"architecture": "rn1", "d": 64, "depth": 8, "batch": 2000, "inputs": 784, "classes": 10, "seed": 0, "fused": false}
Every other:    {"steps": 5}, answered by {"wallMs": [...], "cpuMs": [...], "loss": 1.9}
"""

import json
import sys

import torch
import torch.nn.functional as F

from serve_steps import serve_steps

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
torch.set_flush_denormal(True)


class ResNet(torch.nn.Module):
    """X1 = LN(W0 X0 + b0); X_{l+1} = LN(X_l + f_l(X_l)); logits = W_L X_L; f_l has one linear layer (rn1) or two (rn2)."""

    def __init__(self, architecture, inputs, d, depth, classes):
        super().__init__()
        linear = torch.nn.Linear
        self.d = d
        self.embed = linear(inputs, d)
        self.first = torch.nn.ModuleList(linear(d, d) for _ in range(depth - 1))
        self.second = torch.nn.ModuleList(linear(d, d) for _ in range(depth - 1)) if architecture == "rn2" else None
        self.head = linear(d, classes, bias=False)

    def forward(self, x):
        x = F.layer_norm(self.embed(x), (self.d,))
        for l, first in enumerate(self.first):
            branch = F.relu(first(x))
            if self.second is not None:
                branch = self.second[l](branch)
            x = F.layer_norm(x + branch, (self.d,))
        return self.head(x)


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
