"""The training step of transformer.ts in plain PyTorch: a process that times steps when asked, so that both can take turns.

First line in:  {"architecture": "t11", "d": 64, "depth": 8, "batch": 128, "tokens": 16, "patch": 49, "classes": 10, "seed": 0, "fused": false}
Every other:    {"steps": 5}, answered by {"wallMs": [...], "cpuMs": [...], "loss": 1.9}

`fused`: scaled_dot_product_attention and the fused Adam. As ours, the last block computes the last token alone.
"""

import json
import sys

import torch

from networks_torch import Transformer
from serve_steps import serve_steps

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
torch.set_flush_denormal(True)

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
