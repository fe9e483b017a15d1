"""The training step of tests/bench/step.ts in plain PyTorch: a process that reads one case a line and answers with milliseconds.

Request:  {"d": 64, "depth": 8, "batch": 2000, "inputs": 784, "classes": 10, "seed": 0} once, then {"steps": 5} as often as wanted.
Answer:   {"ms": [12.3, ...], "loss": 1.9}
"""

import json
import sys
import time

import torch
import torch.nn.functional as F

threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
torch.set_num_threads(threads)
torch.set_flush_denormal(True)


class ResNet1(torch.nn.Module):
    """X1 = LN(W0 X0 + b0); X_{l+1} = LN(X_l + relu(W_l X_l + b_l)); logits = W_L X_L."""

    def __init__(self, inputs, d, depth, classes):
        super().__init__()
        self.embed = torch.nn.Linear(inputs, d)
        self.blocks = torch.nn.ModuleList(torch.nn.Linear(d, d) for _ in range(depth - 1))
        self.head = torch.nn.Linear(d, classes, bias=False)
        self.d = d

    def forward(self, x):
        x = F.layer_norm(self.embed(x), (self.d,))
        for block in self.blocks:
            x = F.layer_norm(x + F.relu(block(x)), (self.d,))
        return self.head(x)


case = json.loads(sys.stdin.readline())
torch.manual_seed(case["seed"])
model = ResNet1(case["inputs"], case["d"], case["depth"], case["classes"])
decayed = [b.weight for b in model.blocks] + [model.head.weight]
others = [model.embed.weight, model.embed.bias] + [b.bias for b in model.blocks]
optimizer = torch.optim.Adam([{"params": decayed, "weight_decay": 0.005}, {"params": others, "weight_decay": 0.0}], lr=0.005)
x = torch.randn(case["batch"], case["inputs"])
y = torch.randint(case["classes"], (case["batch"],))


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss


print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(json.loads(line)["steps"]):
        start = time.perf_counter()
        loss = step()
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps({"ms": times, "loss": loss.item()}), flush=True)
