"""Trains the networks of workers/models in plain PyTorch, from given first values, and prints the fit before each step.

stdin:  a list of {"config": {...}, "parameters": {name: {"shape": [...], "values": [...]}}, "x": [[...]], "y": [...], "input": {...},
         "ridge": {"head": λ, ...}, "penalties": {name: "head"}, "rates": [...]}
stdout: a list of [fit, ...]
Every penalty is a term of the loss here, differentiated by autograd: nothing of the other side's decay is copied.
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def train(case):
    config, given = case["config"], case["input"]
    depth, width = config["depth"], config["width"]
    post = config["normalization"] == "post-ln"
    second = config.get("definition") == 2
    closed = second and config["normalization"] == "pre-ln"
    blocks = depth if second else depth - 1  # of a transformer
    head = blocks + 1 if config["architecture"].startswith("t") else depth
    normal_head = config["regularizer"]["family"] != "features"
    p = {name: torch.tensor(v["values"], dtype=torch.float32).reshape(v["shape"]).requires_grad_() for name, v in case["parameters"].items()}
    x = torch.tensor(case["x"], dtype=torch.float32)
    y = torch.tensor(case["y"])

    def norm(v, dims=1):
        return F.layer_norm(v, v.shape[-dims:], eps=0)

    def linear(v, name):
        return F.linear(v, p["W" + name], p["b" + name].flatten())

    def residual():
        stream = linear(x, "0")
        for l in range(1, depth):
            read = norm(stream)
            if config["architecture"] == "rn1":
                branch = F.relu(linear(read, f"{l}"))
            else:
                branch = linear(F.relu(linear(read, f"{l}.1")), f"{l}.2")
            stream = (read if post or (closed and l == 1) else stream) + branch
        return norm(stream) if normal_head else stream

    def convolutional():
        channels, height, columns = given["channels"], given["height"], given["width"]
        conv = lambda v, l, stride: F.conv2d(v, p[f"W{l}"].reshape(width, -1, 3, 3), p[f"b{l}"].flatten(), stride, 1)
        stream = conv(x.reshape(-1, channels, height, columns), 0, 2)
        for l in range(1, depth):
            read = norm(stream, 3)
            stream = (read if post or (closed and l == 1) else stream) + F.relu(conv(read, l, 1))
        pooled = stream.mean(dim=(2, 3))
        return norm(pooled) if normal_head else pooled

    def transformer():
        merged, single, heads = config["architecture"][1] == "1", config["architecture"][2] == "1", config.get("heads") or 1
        if given["kind"] == "text":
            words = x.long()
            tokens, hidden = p["We"][words], (words == 0)[:, None, None, :]
        else:
            channels, side = given["channels"], config["patch"]
            parts = x.reshape(-1, channels, given["height"] // side, side, given["width"] // side, side)
            tokens = parts.permute(0, 2, 4, 1, 3, 5).reshape(len(x), -1, channels * side * side) @ p["We"].T
            hidden = torch.zeros(1, 1, 1, tokens.shape[1], dtype=torch.bool)
        count = tokens.shape[1]
        unseen = hidden | torch.ones(count, count, dtype=torch.bool).triu(1)
        stream = tokens + p["Wp"].T
        split = lambda v: v.reshape(len(x), count, heads, -1).transpose(1, 2)  # [N, heads, T, size]

        def attention(l, v):
            if merged:
                queries, keys, values = split(v @ p[f"W{l}.QK"]), v[:, None], v[:, None]
            else:
                queries, keys, values = (split(v @ p[f"W{l}.{name}"].T) for name in "QKV")
            scores = queries @ keys.transpose(2, 3) / math.sqrt(keys.shape[3])
            mixed = scores.masked_fill(unseen, -1e9).softmax(-1) @ values
            return mixed.transpose(1, 2).reshape(len(x), count, -1) @ p[f"W{l}.{'VO' if merged else 'O'}"].T

        for l in range(1, blocks + 1):
            read = norm(stream)
            middle = (read if post or (closed and l == 1) else stream) + attention(l, read)
            inner = norm(middle)
            mlp = F.relu(linear(inner, f"{l}")) if single else linear(F.relu(linear(inner, f"{l}.1")), f"{l}.2")
            stream = (inner if post else middle) + mlp
        last = stream[:, -1]
        return norm(last) if normal_head else last

    def free():
        return norm(p["H"].T) if normal_head else p["H"].T

    def deep():
        value = p["H"].T
        for l in range(1, depth):
            value = value @ p[f"W{l}"].T
            value = F.relu(value) if config.get("activation") == "relu" else value
        return value

    def penalty(features):
        if config["architecture"] == "dufm":
            given = config["regularizer"]
            hidden = given.get("lambdaHidden", 0)
            each = hidden if isinstance(hidden, list) else [hidden] * (depth - 1)
            decays = [given["lambdaH"]] + each + [given["lambdaW"]]
            total = sum(d / 2 * p[name].square().sum() for d, name in zip(decays, ["H"] + [f"W{l}" for l in range(1, depth + 1)]))
            return total + (given["lambdaB"] / 2 * p[f"b{depth}"].square().sum() if config["headBias"] else 0)
        ridge, total = case["ridge"], 0.0
        for name, kind in case["penalties"].items():
            if kind not in ("free", "features"):
                total = total + ridge[kind] / 2 * p[name].square().sum()
        total = total + ridge["features"] / 2 * features.square().sum()
        regularizer = config["regularizer"]
        if regularizer["family"] == "slack":
            gram = p[f"W{head}"] @ p[f"W{head}"].T
            frame = torch.eye(len(gram)) - (1 / len(gram) if regularizer["frame"] == "simplex" else 0)
            best = (gram * frame).sum() / frame.square().sum()
            total = total + regularizer["rho"] / 2 * (gram - best * frame).square().sum()
        return total

    forward = {"rn1": residual, "rn2": residual, "conv": convolutional, "ufm": free, "dufm": deep}.get(config["architecture"], transformer)
    optimizer = torch.optim.Adam(list(p.values()), lr=0.0)
    fits = []
    for rate in case["rates"]:
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        features = forward()
        logits = features @ p[f"W{head}"].T + (p[f"b{head}"].flatten() if config["headBias"] else 0)
        if config["loss"] == "ce":
            fit = F.cross_entropy(logits, y)
        else:
            fit = (logits - F.one_hot(y, logits.shape[1])).square().sum() / (2 * len(y))
        (fit + penalty(features)).backward()
        optimizer.step()
        fits.append(fit.item())
    return fits


print(json.dumps([train(case) for case in json.load(sys.stdin)]))
