"""Writes resNetReference.json: two steps of SGD with momentum of every ResNet in PyTorch, float64, from values made by a formula.

python3 tests/integration/models/resNetReference.py > tests/integration/models/resNetReference.json
Of each vector are kept its norm and its product with cos(0), cos(1), …; of features those of the network in evaluation after the two steps.
"""

import json

import torch
import torch.nn.functional as F
from torch import nn

torch.set_default_dtype(torch.float64)
CHANNELS, HEIGHT, WIDTH, SAMPLES, CLASSES, D = 3, 9, 8, 24, 3, 16
RATE, MOMENTUM, DECAY = 0.01, 0.9, 5e-3


def convolution(inputs, outputs, stride=1, size=3):
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    def __init__(self, inputs, outputs, moves):
        super().__init__()
        self.first = convolution(inputs, outputs, 2 if moves else 1)
        self.second = convolution(outputs, outputs)
        self.shortcut = convolution(inputs, outputs, 2, 1) if moves else None

    def layers(self, l):
        return [(f"{l}.1", self.first), (f"{l}.2", self.second)] + ([(f"{l}.s", self.shortcut)] if self.shortcut else [])

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + (self.shortcut(x) if self.shortcut else x))


class PoolingStage(nn.Module):
    def __init__(self, inputs, outputs, residual):
        super().__init__()
        self.first = convolution(inputs, outputs)
        self.branch = nn.ModuleList(convolution(outputs, outputs) for _ in range(2)) if residual else None

    def layers(self, l):
        return [(f"{l}.0", self.first)] + ([(f"{l}.{j + 1}", one) for j, one in enumerate(self.branch)] if self.branch else [])

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.first(x)), 2)
        return x + F.relu(self.branch[1](F.relu(self.branch[0](x)))) if self.branch else x


class ResNet(nn.Module):
    def __init__(self, depth, d, inputs, classes):
        super().__init__()
        self.maximum = depth == 9
        stages = {
            9: [(d // 4, 1), (d // 2, 0), (d, 1)],
            18: [(d // 8, 2), (d // 4, 2), (d // 2, 2), (d, 2)],
            20: [(d // 4, 3), (d // 2, 3), (d, 3)],
            34: [(d // 8, 3), (d // 4, 4), (d // 2, 6), (d, 3)],
        }[depth]
        width = d // 8 if depth == 9 else stages[0][0]
        self.stem = convolution(inputs, width)
        blocks = []
        for at, (outputs, count) in enumerate(stages):
            if depth == 9:
                blocks.append(PoolingStage(width, outputs, count > 0))
            else:
                blocks += [Block(width if j == 0 else outputs, outputs, at > 0 and j == 0) for j in range(count)]
            width = outputs
        self.blocks = nn.ModuleList(blocks)
        self.head = nn.Linear(d, classes)

    def named(self):
        layers = [("0", self.stem)] + [one for l, block in enumerate(self.blocks) for one in block.layers(l + 1)]
        both = {name: value for l, (conv, norm) in layers for name, value in {
            f"W{l}": conv.weight, f"g{l}": norm.weight, f"b{l}": norm.bias, f"m{l}": norm.running_mean, f"v{l}": norm.running_var}.items()}
        last = len(self.blocks) + 1
        return {**both, f"W{last}": self.head.weight, f"b{last}": self.head.bias}

    def forward(self, x):
        x = F.relu(self.stem(x))
        features = [x.mean((2, 3))]
        for block in self.blocks:
            x = block(x)
            features.append(x.mean((2, 3)))
        if self.maximum:
            features[-1] = x.amax((2, 3))
        return self.head(features[-1]), features


def summary(values):
    flat = values.detach().flatten()
    return [flat.norm().item(), (flat @ torch.cos(torch.arange(len(flat), dtype=torch.float64))).item()]


def reference(depth):
    model = ResNet(depth, D, CHANNELS, CLASSES)
    named = model.named()
    for at, (name, value) in enumerate(named.items()):
        waves = torch.sin(1.7 * torch.arange(value.numel(), dtype=torch.float64) + at).reshape(value.shape)
        start = {"W": 2 * waves / value[0].numel() ** 0.5, "g": 1 + 0.3 * waves, "b": 0.2 * waves, "m": 0.1 * waves, "v": 1 + 0.2 * waves}
        value.data.copy_(start[name[0]])
    x = torch.sin(0.37 * torch.arange(SAMPLES * CHANNELS * HEIGHT * WIDTH, dtype=torch.float64) ** 1.5).reshape(SAMPLES, CHANNELS, HEIGHT, WIDTH)
    y = torch.arange(SAMPLES) % CLASSES
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM, weight_decay=DECAY)
    fits, velocity = [], None
    for _ in range(2):
        optimizer.zero_grad()
        fit = F.cross_entropy(model(x)[0], y)
        fit.backward()
        optimizer.step()
        fits.append(fit.item())
        # After the first step it is the gradient with its decay.
        velocity = velocity or {n: summary(optimizer.state[v]["momentum_buffer"]) for n, v in named.items() if v.requires_grad}
    model.eval()
    logits, features = model(x)
    return {
        "fits": fits,
        "velocity": velocity,
        "parameters": {name: summary(value) for name, value in named.items()},
        "logits": logits.flatten().tolist(),
        "features": [summary(layer) for layer in features],
    }


print(json.dumps({depth: reference(depth) for depth in (9, 18, 20, 34)}))
