"""The training step of resNet.ts in plain PyTorch: a process that times steps when asked, so that both can take turns.

First line in:  {"width": 64, "batch": 128, "input": [3, 32, 32], "classes": 10, "seed": 0}
Every other:    {"steps": 1}, answered by {"wallMs": [...], "cpuMs": [...], "loss": 1.9}
"""

import json
import sys

import torch
import torch.nn.functional as F

from serve_steps import serve_steps


def convolution(inputs, outputs, stride=1, size=3):
    return torch.nn.Sequential(
        torch.nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), torch.nn.BatchNorm2d(outputs)
    )


class Block(torch.nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = convolution(inputs, outputs, stride)
        self.second = convolution(outputs, outputs)
        self.shortcut = convolution(inputs, outputs, stride, 1) if stride > 1 else torch.nn.Identity()

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


class ResNet18(torch.nn.Module):
    def __init__(self, width, inputs, classes):
        super().__init__()
        stages = [width // 8, width // 4, width // 2, width]
        self.stem = convolution(inputs, stages[0])
        blocks, before = [], stages[0]
        for at, outputs in enumerate(stages):
            blocks += [Block(before, outputs, 2 if at > 0 else 1), Block(outputs, outputs, 1)]
            before = outputs
        self.blocks = torch.nn.Sequential(*blocks)
        self.head = torch.nn.Linear(width, classes)

    def forward(self, x):
        return self.head(self.blocks(F.relu(self.stem(x))).mean((2, 3)))


torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
torch.set_flush_denormal(True)

case = json.loads(sys.stdin.readline())
torch.manual_seed(case["seed"])
model = ResNet18(case["width"], case["input"][0], case["classes"]).to(memory_format=torch.channels_last)
optimizer = torch.optim.SGD(model.parameters(), lr=0.005, momentum=0.9, weight_decay=5e-4, fused=True)
x = torch.randn(case["batch"], *case["input"]).to(memory_format=torch.channels_last)
y = torch.randint(case["classes"], (case["batch"],))

serve_steps(model, optimizer, x, y)
