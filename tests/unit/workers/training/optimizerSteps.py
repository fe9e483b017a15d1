# Parameters of a small RN1 after 20 steps by each optimizer, in float64 with gradients written by hand:
# `python3 optimizerSteps.py > optimizerSteps.json`
import json, numpy as np
D, d, K, N, T = 4, 5, 3, 9, 20
f32 = lambda a: np.float32(a).astype(np.float64)
x = f32(1.5 * np.cos(2.1 * np.arange(N * D) + 0.2)).reshape(N, D)
y = np.arange(N) % K
shapes = [(d, D), (d, 1), (d, d), (d, 1), (d, d), (d, 1), (K, d)]
kinds = ["free", "free", "hidden", "free", "hidden", "free", "head"]
sizes = [r * c for r, c in shapes]
start = f32(0.6 * np.sin(1.3 * np.arange(sum(sizes)) + 0.4))
split = lambda flat: [p.reshape(s) for p, s in zip(np.split(flat, np.cumsum(sizes)[:-1]), shapes)]

def gradient(flat):
    W0, b0, W1, b1, W2, b2, W3 = split(flat)
    def ln(z):
        s = z.std(axis=0); u = (z - z.mean(axis=0)) / s
        return u, lambda g: (g - g.mean(axis=0) - u * (g * u).mean(axis=0)) / s
    u1, back1 = ln(W0 @ x.T + b0)
    a1 = W1 @ u1 + b1; u2, back2 = ln(u1 + np.maximum(a1, 0))
    a2 = W2 @ u2 + b2; u3, back3 = ln(u2 + np.maximum(a2, 0))
    z = W3 @ u3; p = np.exp(z - z.max(axis=0)); p /= p.sum(axis=0)
    dz = p.copy(); dz[y, np.arange(N)] -= 1; dz /= N
    g3 = back3(W3.T @ dz); da2 = g3 * (a2 > 0)
    g2 = back2(g3 + W2.T @ da2); da1 = g2 * (a1 > 0)
    g1 = back1(g2 + W1.T @ da1)
    col = lambda a: a.sum(axis=1, keepdims=True)
    return [g1 @ x, col(g1), da1 @ u1.T, col(da1), da2 @ u2.T, col(da2), dz @ u3.T]

def rate_at(rate, k):  # warm-up over 4 steps times cosine to 0.1
    return rate * min(1, k / 4) * (0.1 + 0.9 * (1 + np.cos(np.pi * (k - 1) / T)) / 2)

def newton_schulz(G):
    X = G / np.linalg.norm(G)
    for _ in range(5):
        A = X @ X.T; X = 3.4445 * X + (-4.775 * A + 2.0315 * A @ A) @ X
    return X

def train(name, rate, c=1.0, mu=0.9, nesterov=True, adam_rate=None, b1=0.9, b2=0.99, eps=1e-3, lam=(0.2, 0.1)):
    theta = split(start); mem = [np.zeros(s) for s in shapes]; sq = [np.zeros(s) for s in shapes]
    for k in range(1, T + 1):
        grads = gradient(np.concatenate([t.ravel() for t in theta]))
        for i, (g, kind) in enumerate(zip(grads, kinds)):
            decay = {"free": 0, "hidden": lam[0], "head": lam[1]}[kind]
            g = g + c * decay * theta[i]
            if name in ("sgd", "signum"):
                r = rate_at(rate, k); mem[i] = mu * mem[i] + g
                move = r * (np.sign(mem[i]) if name == "signum" else mem[i])
            elif name == "muon" and kind == "hidden":
                r = rate_at(rate, k); mem[i] = mu * mem[i] + g
                move = r * newton_schulz(g + mu * mem[i] if nesterov else mem[i])
            else:
                r = rate_at(adam_rate if name == "muon" else rate, k)
                mem[i] = b1 * mem[i] + (1 - b1) * g; sq[i] = b2 * sq[i] + (1 - b2) * g * g
                move = r * (mem[i] / (1 - b1 ** k)) / (np.sqrt(sq[i] / (1 - b2 ** k)) + eps)
            theta[i] = theta[i] - r * (1 - c) * decay * theta[i] - move
    return np.concatenate([t.ravel() for t in theta])

runs = {
    "Adam c=0.3": train("adam", 0.01, 0.3),
    "AdamW": train("adam", 0.01, 0, lam=(0.2, 0.2)),
    "SGDW": train("sgd", 0.05, 0),
    "SGD c=0.5": train("sgd", 0.05, 0.5),
    "Signum": train("signum", 0.002),
    "Signum c=0.25": train("signum", 0.002, 0.25),
    "Muon": train("muon", 0.01, 1, mu=0.95, adam_rate=0.004),
    "Muon c=0.4, no Nesterov": train("muon", 0.01, 0.4, mu=0.8, nesterov=False, adam_rate=0.004),
}
print(json.dumps({name: [float(f"{value:.9g}") for value in values] for name, values in runs.items()}))
