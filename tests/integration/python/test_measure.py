"""Measuring torch models: what is sent, and that the model, its training and its randomness stay as they were."""
import base64
import logging
import sys
import tempfile
import unittest
from pathlib import Path

here = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(here.parents[2] / "server" / "python"), str(here)]
import collapsar  # noqa: E402
from receiver import Receiver  # noqa: E402

try:
    import torch
except ImportError:
    torch = None

np = collapsar.np


def unpacked(text):
    return np.frombuffer(base64.b64decode(text), "<f8")


@unittest.skipIf(torch is None or np is None, "torch or numpy is not installed")
class Measuring(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)
        torch.manual_seed(0)
        nn = torch.nn
        self.net = nn.Sequential(nn.Linear(20, 16), nn.BatchNorm1d(16), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(16, 10))
        self.x, self.y = torch.randn(200, 20), torch.arange(200) % 10

    def loader(self, **more):
        return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(self.x, self.y), batch_size=64, **more)

    def begin(self, **more):
        return collapsar.run(self.receiver.url, "token", study="A study", folder=Path(self.folder.name) / "run", **more)

    def sums(self):
        return [e["event"] for events in self.receiver.events.values() for e in events if e["event"]["kind"] == "sums"]

    def refused(self, *words, **how):
        """Measures what cannot be measured: it is said once, nothing is sent, nothing raised."""
        with self.assertLogs("collapsar", "ERROR") as said, self.begin() as run:
            net, loader = how.pop("net", self.net), how.pop("loader", self.loader())
            run.measure(net, loader, **{"layers": ["0"], "step": 1, **how})
        self.assertEqual(len(said.output), 1, said.output)
        for word in words:
            self.assertIn(word, said.output[0])
        self.assertEqual(self.sums(), [])

    def test_means_are_those_of_the_features(self):
        with self.begin() as run:
            run.measure(self.net, self.loader(shuffle=True), layers=["0", "1", "4:input"], head="4", step=1)
        (one,) = self.sums()
        self.net.eval()
        with torch.no_grad():
            first = self.net[0](self.x)
            second = self.net[1](first)
            third = torch.relu(second)
        for layer, features in zip(one["layers"], (first, second, third)):
            features = features.double().numpy()
            expected = np.stack([features[self.y.numpy() == k].mean(0) for k in range(10)])
            np.testing.assert_allclose(unpacked(layer["means"]).reshape(10, 16), expected, rtol=0, atol=1e-14)
        self.assertEqual([layer["name"] for layer in one["layers"]], ["0", "1", "4:input"])
        np.testing.assert_array_equal(unpacked(one["head"]["weights"]).reshape(10, 16), self.net[4].weight.detach().double().numpy())
        self.assertEqual([sorted(layer) for layer in one["layers"]][2],
                         ["counts", "dim", "labelMisses", "means", "moments", "name", "predictionMisses", "within"])

    def test_one_pass_and_two_give_the_same(self):
        with self.assertLogs("collapsar", "INFO") as said:
            with self.begin() as run:
                run.measure(self.net, self.loader(), layers=["0", "4:input"], head="4", step=1)
            with self.begin(kept_bytes=5000) as run:
                run.measure(self.net, self.loader(), layers=["0", "4:input"], head="4", step=1)
        one, two = self.sums()
        self.assertEqual(one, two)
        self.assertIn("one forward pass, features kept", said.output[0])
        self.assertIn("two forward passes", said.output[1])

    def test_the_training_is_the_same_with_and_without(self):
        def train(run):
            torch.manual_seed(1)
            for layer in self.net:
                getattr(layer, "reset_parameters", lambda: None)()
            loader = self.loader(shuffle=True, generator=torch.Generator().manual_seed(5))
            optimizer = torch.optim.SGD(self.net.parameters(), 0.1)
            self.net.train()
            self.net[1].eval()
            for epoch in range(3):
                for x, y in loader:
                    optimizer.zero_grad()
                    torch.nn.functional.cross_entropy(self.net(x), y).backward()
                    optimizer.step()
                if run:
                    run.measure(self.net, loader, layers=["1"], head="4", step=epoch)
            return [value.clone() for value in self.net.state_dict().values()], [m.training for m in self.net.modules()]

        alone, modes = train(None)
        with self.begin() as run:
            watched, watched_modes = train(run)
        self.assertTrue(all(torch.equal(a, b) for a, b in zip(alone, watched)))
        self.assertEqual(modes, watched_modes)
        self.assertEqual(modes[:3], [True, True, False])
        self.assertEqual(len(self.net[0]._forward_hooks), 0)

    def test_half_precision(self):
        for kind in (torch.float16, torch.bfloat16, torch.float64):
            with self.subTest(kind=kind):
                x = self.x.to(kind)
                loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, self.y), batch_size=64)
                net = torch.nn.Sequential(torch.nn.Linear(20, 16), torch.nn.Linear(16, 10)).to(kind)
                with self.begin() as run:
                    run.measure(net, loader, layers=["0"], head="1", step=1)
                with torch.no_grad():
                    features = net[0](x).double().numpy()
                means = unpacked(self.sums()[-1]["layers"][0]["means"]).reshape(10, 16)
                np.testing.assert_allclose(means, np.stack([features[self.y.numpy() == k].mean(0) for k in range(10)]), rtol=0, atol=2e-3)

    def test_feature_maps(self):
        nn = torch.nn
        net = nn.Sequential(nn.Conv2d(1, 3, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 10))
        data = [(torch.randn(40, 1, 6, 6), torch.arange(40) % 10)]
        with self.begin() as run:
            for pool in ("average", "flatten", lambda out: out.amax((2, 3))):
                run.measure(net, data, layers=["0"], step=1, pool=pool)
            run.measure(net, data, layers=["1"], head="3", step=2)
        self.assertEqual([one["layers"][0]["dim"] for one in self.sums()], [3, 48, 3, 3])
        self.assertNotEqual(self.sums()[0]["layers"][0]["means"], self.sums()[2]["layers"][0]["means"])
        # The mean over positions is what the network pools itself.
        np.testing.assert_allclose(unpacked(self.sums()[0]["layers"][0]["means"]), unpacked(self.sums()[3]["layers"][0]["means"]), atol=1e-6)

    def test_a_test_set_is_held_against_the_training_means(self):
        with self.assertLogs("collapsar", "WARNING") as said, self.begin() as run:
            run.measure(self.net, self.loader(), layers=["0"], step=1, split="test")
            run.measure(self.net, self.loader(), layers=["0"], step=2)
            run.measure(self.net, [(self.x[:100] + 1, self.y[:100])], layers=["0"], step=2, split="test")
        self.assertIn("measure the training set before the test set", said.output[0])
        alone, train, test = self.sums()
        self.assertNotIn("moments", alone["layers"][0])
        means = unpacked(train["layers"][0]["means"]).reshape(10, 16)
        with torch.no_grad():
            features = self.net[0](self.x[:100] + 1).double().numpy()
        a = (features - means[self.y[:100].numpy()]) @ (means - means.mean(0)).T
        np.testing.assert_allclose(unpacked(test["layers"][0]["moments"]).reshape(10, 10), a.T @ a, rtol=1e-12)

    def test_an_objective_brings_fit_and_norms(self):
        objective = {"loss": "ce", "features": "ridge", "weightDecay": 1e-3, "featureDecay": 1e-3, "hiddenDecay": 1e-3}
        with self.begin(objective=objective) as run:
            run.measure(self.net, self.loader(), layers=["4:input"], head="4", step=1)
        (one,) = self.sums()
        self.net.eval()
        with torch.no_grad():
            logits = self.net(self.x).double()
            loss = torch.nn.functional.cross_entropy(logits, self.y).item()
        self.assertAlmostEqual(one["fit"], loss, delta=1e-12)
        self.assertAlmostEqual(one["accuracy"], (logits.argmax(1) == self.y).double().mean().item(), delta=1e-15)
        self.assertAlmostEqual(one["squaredNorms"]["hidden"], (self.net[0].weight.detach().double() ** 2).sum().item(), delta=1e-9)

    def test_the_fit_is_that_of_the_objective(self):
        self.net.eval()
        with torch.no_grad():
            features = self.net[:4](self.x).double()
            weights, bias = self.net[4].weight.double(), self.net[4].bias.double()
            logits = features @ weights.T + bias
            unit = torch.nn.functional.normalize(features, dim=1) @ torch.nn.functional.normalize(weights, dim=1).T
        entropy = torch.nn.functional.cross_entropy
        surprise = entropy(logits, self.y, reduction="none")
        focal = ((1 - torch.exp(-surprise)) ** 2 * surprise).mean().item()
        cases = [
            ({"loss": "ce", "features": "ridge", "smoothing": 0.1}, entropy(logits, self.y, label_smoothing=0.1).item()),
            ({"loss": "focal", "features": "ridge"}, focal),
            ({"loss": "ce", "features": "normalized", "temperature": 5, "rows": "unit"}, entropy(5 * unit + bias, self.y).item()),
        ]
        for at, (objective, loss) in enumerate(cases):
            with collapsar.run(self.receiver.url, "token", study="A study", folder=Path(self.folder.name) / str(at),
                               objective=objective) as run:
                run.measure(self.net, self.loader(), layers=["4:input"], head="4", step=1)
            self.assertAlmostEqual(self.sums()[-1]["fit"], loss, delta=1e-9, msg=str(objective))

    def test_batches_of_dictionaries(self):
        class Classifier(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.body, self.head = torch.nn.Linear(20, 16), torch.nn.Linear(16, 10)

            def forward(self, inputs, labels=None):
                return {"loss": None, "logits": self.head(self.body(inputs))}

        with self.begin() as run:
            run.measure(Classifier(), [{"inputs": self.x, "labels": self.y}], layers=["body"], head="head", step=1)
        self.assertIn("accuracy", self.sums()[0])

    def test_wrapped_models(self):
        with self.begin() as run:
            run.measure(torch.nn.DataParallel(self.net), self.loader(), layers=["0"], step=1)
        self.assertEqual(len(self.sums()), 1)

    def measured_alike(self, model, layers, head):
        """Measures a model that is another form of self.net: what is sent is the same."""
        with self.begin() as run:
            run.measure(self.net, self.loader(), layers=["0", "4:input"], head="4", step=1)
            run.measure(model, self.loader(), layers=layers, head=head, step=2)
        plain, other = self.sums()[-2:]
        for one, two in zip(plain["layers"], other["layers"]):
            self.assertEqual({**one, "name": ""}, {**two, "name": ""})
        self.assertEqual(plain["head"], other["head"])

    def test_compiled_models(self):
        compiled = torch.compile(self.net, backend="eager")
        compiled(self.x)  # What is compiled by now knows nothing of hooks.
        self.measured_alike(compiled, ["0", "4:input"], "4")
        self.assertIs(compiled(self.x).requires_grad, True)

    def test_models_that_compiled_themselves(self):
        self.net.compile(backend="eager")
        self.net(self.x)
        own = self.net._compiled_call_impl
        self.measured_alike(self.net, ["0", "4:input"], "4")
        self.assertIs(self.net._compiled_call_impl, own)

    def test_models_with_a_compiled_part(self):
        class Whole(torch.nn.Module):
            def __init__(self, net):
                super().__init__()
                self.body, self.head = torch.compile(net[:4], backend=backend), net[4]

            def forward(self, x):
                return self.head(self.body(x))

        def backend(graph, _inputs):
            compiled.append(graph)
            return graph.forward

        compiled = []
        whole = Whole(self.net)
        whole(self.x)
        self.measured_alike(whole, ["body.0", "head:input"], "head")
        self.measured_alike(whole, ["body._orig_mod.0", "body"], "head")
        whole(self.x)
        self.assertEqual(len(compiled), 1, "measuring made the training compile nothing again")

    def test_a_layer_that_is_called_twice_is_said(self):
        relu = torch.nn.ReLU()
        net = torch.nn.Sequential(torch.nn.Linear(20, 8), relu, torch.nn.Linear(8, 8), relu)
        with self.assertLogs("collapsar", "WARNING") as said, self.begin() as run:
            run.measure(net, self.loader(), layers=["1"], step=1)
        self.assertEqual(said.output, ["WARNING:collapsar:layer '1' is called more than once in a forward pass: its last call is measured"])
        with torch.no_grad():
            last = net(self.x).double().numpy()
        means = np.stack([last[self.y.numpy() == k].mean(0) for k in range(10)])
        np.testing.assert_allclose(unpacked(self.sums()[0]["layers"][0]["means"]).reshape(10, 8), means, rtol=0, atol=1e-14)

    def test_layers_that_give_several_outputs(self):
        class Recurrent(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.lstm, self.head = torch.nn.LSTM(4, 6, batch_first=True), torch.nn.Linear(6, 10)

            def forward(self, x):
                return self.head(self.lstm(x.reshape(-1, 5, 4))[0][:, -1])

        net = Recurrent()
        with self.begin() as run:
            run.measure(net, self.loader(), layers=["lstm"], head="head", step=1, pool="last")
        with torch.no_grad():
            last = net.lstm(self.x.reshape(-1, 5, 4))[0][:, -1].double().numpy()
        means = np.stack([last[self.y.numpy() == k].mean(0) for k in range(10)])
        np.testing.assert_allclose(unpacked(self.sums()[0]["layers"][0]["means"]).reshape(10, 6), means, rtol=0, atol=1e-14)

    def test_a_test_set_alone_still_has_its_own_variance(self):
        with self.assertLogs("collapsar", "WARNING"), self.begin() as run:
            run.measure(self.net, self.loader(), layers=["0"], step=1, split="test")
        with torch.no_grad():
            features = self.net[0](self.x).double().numpy()
        y = self.y.numpy()
        expected = [((features[y == k] - features[y == k].mean(0)) ** 2).sum() for k in range(10)]
        (layer,) = self.sums()[0]["layers"]
        np.testing.assert_allclose(unpacked(layer["within"]), expected, rtol=1e-12)

    def test_classes_that_a_loader_lacks(self):
        few = self.y < 7
        with self.begin() as run:
            run.measure(self.net, self.loader(), layers=["0"], step=1)
            run.measure(self.net, [(self.x[few], self.y[few])], layers=["0"], step=1, split="test")
            run.measure(self.net, [(self.x[few], self.y[few])], layers=["4:input"], head="4", step=2)
        _train, test, headed = self.sums()
        for one in (test, headed):
            self.assertEqual(unpacked(one["layers"][0]["counts"]).tolist(), [20] * 7 + [0] * 3)
            self.assertIn("moments", one["layers"][0])

    def test_a_loader_whose_workers_stay_goes_on_where_it_was(self):
        loader = self.loader(num_workers=1, persistent_workers=True)
        batches = []
        with self.begin() as run:
            for x, _y in loader:
                batches.append(x)
                run.measure(self.net, loader, layers=["0"], step=len(batches))
        self.assertTrue(torch.equal(torch.cat(batches), self.x))
        self.assertEqual(len(self.sums()), 4)

    def test_layers_that_cannot_be(self):
        self.refused("name at least one layer, and each only once", layers=["0", "0"])
        self.refused("TypeError", layers=None)

    def test_a_layer_that_does_not_exist(self):
        self.refused("the model has no layer 'layer9': it has 0, 1, 2, 3, 4", layers=["layer9"])

    def test_a_layer_that_is_not_called(self):
        self.net.spare = torch.nn.Linear(2, 2)
        self.net.forward = lambda x: self.net[4](self.net[0](x))
        self.refused("layer 'spare' took no part in the forward pass", layers=["spare"])

    def test_an_empty_loader(self):
        self.refused("the loader gave no samples for the train set at step 1", loader=[])

    def test_a_loader_that_can_be_read_once(self):
        with self.begin(kept_bytes=1) as run, self.assertLogs("collapsar", "ERROR") as said:
            run.measure(self.net, iter([(self.x, self.y)]), layers=["0"], step=1)
        self.assertIn("the loader gave 200 samples the first time and 0 the second", said.output[0])

    def test_labels_out_of_range(self):
        self.refused("label 10 is out of range: labels go from 0 to 9", loader=[(self.x, self.y + 1)], layers=["4:input"], head="4")

    def test_features_that_are_not_finite(self):
        self.x[7, 3] = float("nan")
        self.refused("layer '0' has a feature that is not finite")

    def test_a_model_that_raises(self):
        self.net.train()
        self.refused("measure: RuntimeError", loader=[(self.x[:, :5], self.y)])
        self.assertTrue(all(module.training for module in self.net.modules()))
        self.assertTrue(torch.is_grad_enabled())

    def test_a_head_that_does_not_fit(self):
        with self.assertLogs("collapsar", "ERROR") as said, self.begin() as run:
            run.measure(self.net, self.loader(), layers=["4"], head="4", step=1)
            run.measure(self.net, self.loader(), layers=["0"], head="2", step=2)
        self.assertIn("head '4' takes 16 numbers, and layer '4' has 10: name '4:input'", said.output[0])
        self.assertIn("head '2' has no weight [K, d]", said.output[1])
        self.assertEqual(["head" in one for one in self.sums()], [False, False])


if __name__ == "__main__":
    logging.getLogger("collapsar").addHandler(logging.NullHandler())
    logging.getLogger("collapsar").propagate = False
    unittest.main()
