"""The snippets of README.md compile, and its callbacks do what they should, against the real libraries or a stand-in of their protocol."""
import logging
import os
import re
import sys
import tempfile
import types
import unittest
from pathlib import Path
from unittest import mock

here = Path(__file__).resolve().parent
root = here.parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(root / "server" / "python"), str(here)]
import collapsar  # noqa: E402
from receiver import Receiver  # noqa: E402

snippets = re.findall(r"```python\n(.*?)```", (root / "README.md").read_text("utf-8"), re.DOTALL)
loop, lightning_callback, transformers_callback = snippets

try:
    import torch
except ImportError:
    torch = None


def library(name, base):
    """The library, or a stand-in with the base class that its callbacks have."""
    try:
        return __import__(name)
    except ImportError:
        return types.SimpleNamespace(**{base: object})


class Snippets(unittest.TestCase):
    def test_they_compile_and_are_short(self):
        for snippet in snippets:
            compile(snippet, "README.md", "exec")
        for callback in (lightning_callback, transformers_callback):
            self.assertLessEqual(len([line for line in callback.splitlines() if line.strip()]), 12)


@unittest.skipIf(torch is None, "torch is not installed")
class Callbacks(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder.name)
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)
        environment = mock.patch.dict(os.environ, {"COLLAPSAR_URL": self.receiver.url, "COLLAPSAR_TOKEN": "token"})
        environment.start()
        self.addCleanup(environment.stop)
        self.net = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.Linear(4, 3))
        self.data = [(torch.randn(30, 5), torch.arange(30) % 3)]

    def defined(self, snippet, **names):
        scope = {"collapsar": collapsar, **names}
        exec(snippet, scope)
        return scope["Collapsar"](self.data, layers=["0"], head="1")

    def test_the_loop(self):
        names = {"collapsar": collapsar, "token": "token", "model": self.net, "train_loader": self.data, "train_one_epoch": lambda *_: 0.5}
        text = loop.replace("http://localhost:4040", self.receiver.url).replace("200", "2")
        exec(text.replace('layers=["layer1", "layer4", "avgpool"], head="fc"', 'layers=["0"], head="1"'), names)
        self.assertEqual(self.receiver.kinds(), ["scalars", "sums", "scalars", "sums", "finished"])

    def test_lightning(self):
        callback = self.defined(lightning_callback, lightning=library("lightning", "Callback"))
        trainer = types.SimpleNamespace(callback_metrics={"loss": torch.tensor(0.5)}, current_epoch=0)
        self.net.hparams = {"lr": 0.1}
        callback.on_fit_start(trainer, self.net)
        callback.on_train_epoch_end(trainer, self.net)
        callback.on_fit_end(trainer, self.net)
        self.assertEqual(self.receiver.kinds(), ["scalars", "sums", "finished"])
        self.assertEqual(self.receiver.requests[0][1]["config"], {"lr": 0.1})

    def test_transformers(self):
        callback = self.defined(transformers_callback, transformers=library("transformers", "TrainerCallback"))
        arguments = types.SimpleNamespace(learning_rate=0.1, seed=7, output_dir="out")
        state = types.SimpleNamespace(global_step=12)
        callback.on_train_begin(arguments, state, None, model=self.net)
        callback.on_log(arguments, state, None, logs={"loss": 0.5, "runtime": "1 s"})
        callback.on_epoch_end(arguments, state, None, model=self.net)
        callback.on_train_end(arguments, state, None)
        self.assertEqual(self.receiver.kinds(), ["scalars", "sums", "finished"])
        self.assertEqual(self.receiver.requests[0][1]["config"], {"lr": 0.1, "seed": 7})


if __name__ == "__main__":
    logging.getLogger("collapsar").addHandler(logging.NullHandler())
    logging.getLogger("collapsar").propagate = False
    unittest.main()
