"""The training step of transformer.ts in plain PyTorch: a process that times steps when asked, so that both can take turns.

First line in:  {"architecture": "t11", "d": 64, "depth": 8, "batch": 128, "tokens": 16, "patch": 49, "classes": 10, "seed": 0, "fused": false}
Every other:    {"steps": 5}, answered by {"wallMs": [...], "cpuMs": [...], "loss": 1.9}

`fused`: scaled_dot_product_attention and the fused Adam. As ours, the last block computes the last token alone.
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

from serve_steps import serve_steps

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
torch.set_flush_denormal(True)


class Block(torch.nn.Module):
    def __init__(self, architecture, d, fused):
        super().__init__()
        linear = lambda bias: torch.nn.Linear(d, d, bias=bias)
        self.merged = architecture[1] == "1"
        self.fused = fused
        self.d = d
        self.first = torch.nn.ModuleList(linear(False) for _ in range(2 if self.merged else 4))
        self.mlp = torch.nn.ModuleList(linear(True) for _ in range(int(architecture[2])))

    def attend(self, x, asking, mask):
        q = self.first[0](asking)
        k, v = (x, x) if self.merged else (self.first[2](x), self.first[3](x))
        if self.fused:
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:
            scores = q @ k.transpose(1, 2) / math.sqrt(self.d)
            mixed = torch.softmax(scores if mask is None else scores + mask, -1) @ v
        return self.first[1](mixed)

    def forward(self, x, mask, last):
        asking = x[:, -1:] if last else x
        x = F.layer_norm(asking + self.attend(x, asking, None if last else mask), (self.d,))
        branch = self.mlp[0](x)
        branch = F.relu(branch) if len(self.mlp) == 1 else self.mlp[1](F.relu(branch))
        return F.layer_norm(x + branch, (self.d,))


class Transformer(torch.nn.Module):
    def __init__(self, architecture, d, depth, tokens, patch, classes, fused):
        super().__init__()
        self.d = d
        self.embed = torch.nn.Linear(patch, d, bias=False)
        self.positions = torch.nn.Parameter(torch.randn(tokens, d))
        self.blocks = torch.nn.ModuleList(Block(architecture, d, fused) for _ in range(depth - 1))
        self.head = torch.nn.Linear(d, classes, bias=False)
        self.register_buffer("mask", torch.full((tokens, tokens), -1e9).triu(1))

    def forward(self, patches):
        x = F.layer_norm(self.embed(patches) + self.positions, (self.d,))
        for i, block in enumerate(self.blocks):
            x = block(x, self.mask, i == len(self.blocks) - 1)
        return self.head(x[:, -1])


case = json.loads(sys.stdin.readline())
torch.manual_seed(case["seed"])
names = ["architecture", "d", "depth", "tokens", "patch", "classes", "fused"]
model = Transformer(*(case[name] for name in names))
decayed = [p for name, p in model.named_parameters() if name.endswith("weight") and not name.startswith("embed")]
free = [p for name, p in model.named_parameters() if not any(p is other for other in decayed)]
groups = [{"params": decayed, "weight_decay": 0.005}, {"params": free, "weight_decay": 0.0}]
optimizer = torch.optim.Adam(groups, lr=0.001, **({"fused": True} if case["fused"] else {}))
x = torch.randn(case["batch"], case["tokens"], case["patch"])
y = torch.randint(case["classes"], (case["batch"],))

serve_steps(model, optimizer, x, y)
