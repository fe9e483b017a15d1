"""The networks of the benches in plain PyTorch."""

import math

import torch
import torch.nn.functional as F


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
