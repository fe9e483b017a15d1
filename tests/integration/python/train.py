"""Trainings as people write them, told of to a real server. Arguments: the client's file, a case and what it needs, as JSON."""
import importlib.util
import json
import os
import sys
import time

spec = importlib.util.spec_from_file_location("collapsar", sys.argv[1])
collapsar = importlib.util.module_from_spec(spec)
spec.loader.exec_module(collapsar)
case, given = sys.argv[2], json.loads(sys.argv[3])
np = collapsar.np
collapsar.BACK_OFF_S = (0.1, 0.5)

K, D = 4, 12


def begin(**more):
    return collapsar.run(**{"study": given["study"], "config": {"depth": 18, "seed": 0}, "folder": given["folder"], **more})


def told(**values):
    print(json.dumps(values), flush=True)


def expected(H, y):
    """NC1 two ways, by numpy alone."""
    H = H.astype(np.float64)
    means = np.stack([H[y == k].mean(0) for k in range(K)])
    centred = means - means.mean(0)
    within = (H - means[y]).T @ (H - means[y]) / len(y)
    between = centred.T @ centred / K
    return {"nc1.ratio": np.trace(within) / np.trace(between), "nc1.pinv": np.trace(within @ np.linalg.pinv(between, hermitian=True)) / K}


def mlp():
    import torch

    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(D, 16), torch.nn.BatchNorm1d(16), torch.nn.ReLU(inplace=True), torch.nn.Linear(16, 8),
                              torch.nn.ReLU(), torch.nn.Dropout(0.1), torch.nn.Linear(8, K))
    y = torch.arange(160) % K
    x = torch.randn(K, D)[y] + 0.3 * torch.randn(160, D)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=32, shuffle=True)
    return torch, net, x, y, loader


def measure():
    """Two splits at three steps, and what the layers gave then."""
    torch, net, x, y, loader = mlp()
    held = (x[:40] + 0.1, y[:40])
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    rows = []
    with begin(layers=["1", "3", "6:input"], note="A note") as run:
        for epoch in range(3):
            for xs, ys in loader:
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(net(xs), ys)
                loss.backward()
                optimizer.step()
            run.log({"loss": loss.item()}, step=epoch)
            run.measure(net, loader, layers=["1", "3", "6:input"], head="6", step=epoch)
            run.measure(net, [held], layers=["1", "3", "6:input"], head="6", step=epoch, split="test")
            net.eval()
            with torch.no_grad():
                for split, (xs, ys) in {"train": (x, y), "test": held}.items():
                    layers = [net[:2](xs).double(), net[:4](xs).double(), net[:6](xs).double()]
                    rows.append({"split": split, "step": epoch, "y": ys.tolist(), "layers": [[h.shape[1], h.flatten().tolist()] for h in layers],
                                 "numpy": [expected(h.numpy(), ys.numpy()) for h in layers],
                                 "W": net[6].weight.double().flatten().tolist(), "loss": loss.item(),
                                 "logits": net(xs).double().tolist(), "accuracy": (net(xs).argmax(1) == ys).double().mean().item()})
            net.train()
    told(url=run.url, rows=rows)


def features():
    random = np.random.default_rng(1)
    y = np.arange(60) % K
    H = random.standard_normal((K, 6))[y] + 0.1 * random.standard_normal((60, 6))
    with begin() as run:
        run.features(H, y, random.standard_normal((K, 6)), random.standard_normal(K), step=5)
    told(url=run.url, H=H.ravel().tolist(), y=y.tolist(), numpy=expected(H, y))


def steps():
    """Six steps, each after a word from outside; says how long each took."""
    run = begin()
    for step in range(6):
        sys.stdin.readline()
        began = time.monotonic()
        run.log({"loss": 10 - step}, step)
        if np is not None:
            run.features(np.eye(8)[np.arange(32) % 8] + np.arange(32)[:, None] / 1000, np.arange(32) % 8, step=step)
        told(step=step, seconds=time.monotonic() - began, stored=run._outbox.stored if run._outbox else None)
    run.finish(timeout=given.get("timeout", 60))
    told(url=run.url)


def raises():
    with begin() as run:
        run.log({"loss": 1}, 1)
        raise ValueError("my own mistake")


def hostile():
    """Whatever cannot be measured; the training ends well."""
    torch, net, x, y, loader = mlp()
    bad = x.clone()
    bad[3, 2] = float("nan")
    few = y < 3
    twice = torch.nn.Sequential(net[0], net[4], torch.nn.Linear(16, 16), net[4])
    with begin() as run:
        run.log({"loss": float("nan"), "accuracy": 0.5}, step=0)
        run.measure(net, [(bad, y)], layers=["3"], step=1)
        run.measure(net, [], layers=["3"], step=2)
        run.measure(net, loader, layers=["layer9"], step=3)
        run.measure(net, [(x[few], y[few])], layers=["6:input"], head="6", step=4)
        run.measure(torch.nn.DataParallel(net), loader, layers=["3"], step=5)
        run.measure(torch.compile(net, backend="eager"), loader, layers=["3"], step=6)
        run.measure(twice, loader, layers=["1"], step=7)
        run.log({"loss": 1}, step=8)
    told(url=run.url)


def objective():
    torch, net, x, y, loader = mlp()
    with begin(objective={"loss": "ce", "features": "ridge", "weightDecay": 5e-3, "featureDecay": 5e-3, "hiddenDecay": np.float32(1e-3)},
               class_names=["a", "b", "c", "d"], total_steps=10) as run:
        run.measure(net, loader, layers=["6:input"], head="6", step=1)
    told(url=run.url)


os.environ.setdefault("COLLAPSAR_URL", given["url"])
os.environ.setdefault("COLLAPSAR_TOKEN", given["token"])
globals()[case]()
