"""Measures random features of K classes and prints the features, a classifier and the sums that are sent. Arguments: the file of the client."""
import importlib.util
import json
import sys

spec = importlib.util.spec_from_file_location("collapsar", sys.argv[1])
collapsar = importlib.util.module_from_spec(spec)
spec.loader.exec_module(collapsar)
np = collapsar.np

random = np.random.default_rng(3)
K, d, N = 10, 24, 500
y = random.permutation(np.arange(N) % K)
centres = 100 + 3 * random.standard_normal((K, d))
H = (centres[y] + 1e-3 * random.standard_normal((N, d))).astype(np.float32)
W = random.standard_normal((K, d))
b = random.standard_normal(K)


class Box:
    def put(self, event):
        self.event = event


one = collapsar.Run()
one._outbox, one._objective = Box(), {"loss": "ce"}
one._features(H, y, W, b, 1, "features", "train")
print(json.dumps({"H": H.astype(float).ravel().tolist(), "y": y.tolist(), "W": W.ravel().tolist(), "b": b.tolist(), "sums": one._outbox.event}))
