#!/usr/bin/env python3
"""Collapsar's Python client: reports your own training to a Collapsar server, which measures neural collapse in it.

One file; put it beside your script. It needs Python 3.9 or newer and numpy, and uses torch only if you pass it a torch model.

    import collapsar

    with collapsar.run("http://localhost:4040", token, study="ResNet-18 on CIFAR-100",
                       config={"depth": 18, "seed": 0}, folder="checkpoints/run-0") as run:
        for epoch in range(200):
            train(...)
            run.log({"loss": loss}, step=epoch)
            run.measure(model, train_loader, layers=["layer1", "layer4", "avgpool"], head="fc", step=epoch)

What leaves the machine are class sums: K·d and K·K numbers per layer, never features. Nothing here raises into the training, and
nothing waits for the network: every event is written to a spool folder first, and a background thread sends it from there. After a crash,
`python collapsar.py sync FOLDER` delivers what is left. Messages go to the logger "collapsar", each once.

Several processes (RANK of torchrun, or torch.distributed): rank 0 reports, all others do nothing, unless `every_rank=True`.
"""
from __future__ import annotations

import argparse
import atexit
import base64
import collections
import contextlib
import errno
import json
import logging
import math
import os
import random
import re
import socket
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

try:
    import numpy as np
except ImportError:  # `sync` and `log` work without it
    np = None

__version__ = "0.1.0"
__all__ = ["run", "sync", "Run", "class_sums"]

logger = logging.getLogger("collapsar")

KEPT_BYTES = 512_000_000  # features kept between the two passes over a split; beyond this the network runs twice
MEMORY_BYTES = 64_000_000  # events kept in memory if the spool cannot be written
SPOOL_BYTES = 4_000_000_000  # events kept on disk while the server is away
BATCH_BYTES, BATCH_EVENTS = 4_000_000, 500  # of one request, unless one event alone is larger
EVENT_BYTES = 32_000_000  # of layers in one event, besides its classifier; the server takes requests up to 64 MB
REQUEST_S = 30.0
BACK_OFF_S, LONGEST_WAIT_S = (0.5, 60.0), 300.0
OPTIONAL = ("objective", "classNames", "layers", "totalSteps", "resumedFromStep", "note")  # of an opening
FAULTS = 10  # answers "500" in a row after which the same events count as ones that can never be stored
# What the server takes.
CONFIG_KEYS, KEY_LENGTH, TEXT_LENGTH, NAME_LENGTH, SCALARS = 64, 120, 500, 120, 500


def run(url=None, token=None, *, study, config=None, objective=None, classes=None, class_names=None, folder=None,
        layers=None, total_steps=None, resumed_from_step=None, note=None, every_rank=False, kept_bytes=KEPT_BYTES):
    """Begins to report a training. Use it as a context manager, or call `finish()` at the end.

    url, token: of the server; by default COLLAPSAR_URL and COLLAPSAR_TOKEN. The token needs the scope "log".
    study: name of the study it belongs to. config: what distinguishes this run from the others of its study, a dict, a namespace or a
        dataclass; nested keys are joined by dots.
    objective: what the training minimizes, if you want L* and the gap to it: {"loss": "ce" | "mse" | "focal", "smoothing": ε, "gamma": γ,
        "features": "layernorm" | "normalized" | "ridge", "temperature": τ, "rows": "trained" | "unit" | "simplex", "weightDecay": λ,
        "featureDecay": λ_H, "hiddenDecay": λ, "bias": "none" | "free" | "penalized"}.
    folder: where run key and spool are kept. Give the folder of your checkpoints: a training that starts again there continues the
        same run as its next attempt. Without it, every start is a new run, spooled below $COLLAPSAR_FOLDER or ./collapsar-spool.
    layers, class_names, total_steps, note: for the study's page; classes: K, if the labels alone do not tell.
    resumed_from_step: step of the checkpoint it resumes from; what was measured after it is void.
    every_rank: each process is a run of its own, and needs a folder of its own.
    """
    about = {"study": study, "source": "client", "client": {"name": "collapsar.py", "version": __version__}}
    optional = {"layers": layers, "objective": objective, "classNames": class_names, "totalSteps": total_steps, "note": note}
    one = Run(kept_bytes, classes)
    if every_rank or rank() == 0:
        one._guard("run", one._begin, about, optional, config, url or os.environ.get("COLLAPSAR_URL"),
                   token or os.environ.get("COLLAPSAR_TOKEN"), folder, resumed_from_step)
    else:
        logger.info("rank %d reports nothing: rank 0 does", rank())
    return one


def rank():
    """Number of this process among those that train together."""
    distributed = getattr(sys.modules.get("torch"), "distributed", None)
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank()
    text = os.environ.get("RANK", "0")
    return int(text) if text.isdigit() else 0


class Run:
    """One training. Its methods never raise and never wait for the network, except `finish`, which waits up to its deadline."""

    def __init__(self, kept_bytes=KEPT_BYTES, classes=None):
        self._kept_bytes, self._classes = kept_bytes, classes
        self._said, self._means, self._objective = set(), {}, {}
        self._outbox = self._sender = None
        self._ended, self._pid, self._last_step = False, os.getpid(), None

    @property
    def url(self):
        """Address of the study's page; None until the server has answered."""
        return self._sender.page if self._sender else None

    def log(self, values, step):
        """Stores your own numbers at a step, each as a series `log/<name>`. Values that are not finite are left out, with a warning."""
        self._guard("log", self._log, values, step)

    def measure(self, model, loader, *, layers, head=None, step, split="train", pool="average", forward=None, labels=None,
                penalized=None):
        """Measures layers of a torch model on everything that a loader yields, in eval mode and without gradients.

        layers: names of modules, first to last, as in `model.named_modules()`; "fc:input" is what goes into fc.
        head: name of the linear classifier (it needs weight [K, d]); the last of `layers` must be what goes into it.
        pool: how feature maps become vectors. "average": the mean over positions of [N, C, H, W] and over tokens of [N, T, C], as
            networks themselves pool before their classifier, so that d = C; "flatten": all numbers, d = C·H·W; "first", "last": one
            token of [N, T, C]; or a function from the module's output to [N, d].
        forward(model, batch), labels(batch): for batches that are neither (x, y) nor a dict with "labels".
        penalized(name, parameter): whether a weight has the objective's hiddenDecay; by default every trainable parameter outside the
            head with two dimensions or more.

        Labels are integers from 0. One forward pass if the features fit into `kept_bytes`, otherwise two over the loader, which must
        then give the same samples again (augmentation would not). Afterwards, training modes, BatchNorm statistics and the states of
        random generators are what they were. Measure "train" before "test": a test set is compared with the training means.
        """
        self._guard("measure", self._measure, model, loader, layers, head, step, split, pool, forward, labels, penalized)

    def features(self, H, y, W=None, b=None, step=0, layer="features", split="train"):
        """Measures features H [N, d] with labels y [N] and, if given, a classifier W [K, d] and bias b [K]."""
        self._guard("features", self._features, H, y, W, b, step, layer, split)

    def finish(self, error=None, timeout=30.0):
        """Ends the run, as failed if an error (an exception or a text) is given, and sends what is left; what cannot be sent
        stays in the spool."""
        self._guard("finish", self._finish, error, timeout)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _trace):
        self.finish(None if kind is None else error if error is not None else kind.__name__)
        return False

    # What follows may raise: only _guard calls it.

    def _guard(self, what, work, *arguments):
        if self._pid != os.getpid():
            return
        try:
            work(*arguments)
        except Exception as error:  # noqa: BLE001 - whatever it is, the training goes on
            with contextlib.suppress(Exception):
                self._say(logging.ERROR, f"{what}: {error if isinstance(error, Refusal) else described(error)}")

    def _say(self, level, text):
        if text in self._said or len(self._said) > 1000:
            return
        self._said.add(text)
        logger.log(level, "%s", text)
        if level >= logging.WARNING and self._is_live():
            self._outbox.put({"kind": "log", "level": "error" if level >= logging.ERROR else "warning", "text": text[:4000]})

    def _is_live(self):
        return self._outbox is not None and not self._ended and self._pid == os.getpid()

    def _begin(self, about, optional, config, url, token, folder, resumed_from_step):
        if not url:
            raise Refusal("no server: give its address, or set COLLAPSAR_URL")
        server = Server(url, token)
        warn = lambda text: self._say(logging.WARNING, text)  # noqa: E731
        try:
            config = flat_config(config, warn)
        except Exception as error:  # noqa: BLE001 - texts of what is in there may raise
            warn(f"config cannot be read, and is left out: {described(error)}")
            config = {}
        about = {**about, "study": study_name(about["study"], warn), "config": config}
        about.update({name: plain(value) for name, value in optional.items() if value is not None})
        if self._classes is None and about.get("classNames"):
            self._classes = len(about["classNames"])
        own = Path(folder) if folder else own_folder(about["study"])
        try:
            place = Folder(own, about, server.url, temporary=folder is None)
        except OSError as error:
            self._say(logging.ERROR, f"{own} cannot be written ({error}): events are kept in memory, up to {MEMORY_BYTES // 10**6} MB")
            place = None
        about = place.about if place else {**about, "runKey": str(uuid.uuid4())}
        if not token:
            self._say(logging.ERROR, f"no token: give one, or set COLLAPSAR_TOKEN; events are kept in {own}")
        opening = {**about, "session": str(uuid.uuid4())}
        if resumed_from_step is not None:
            opening["resumedFromStep"] = int(resumed_from_step)
        self._objective = about.get("objective") or {}
        self._outbox = Outbox(place, opening, self._say)
        self._sender = Sender(server, self._outbox, self._say)
        self._sender.start()
        atexit.register(self._at_exit)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def _after_fork(self):
        """A forked process, such as a data loader's worker, has no sender: its copy of the run does nothing."""
        if self._outbox is not None:
            self._outbox.leave()
        self._outbox = self._sender = None

    def _log(self, values, step):
        if not self._is_live():
            return
        step, kept, numbers = whole_step(step), {}, 0
        for name, value in dict(values).items():
            try:
                number = float(value)
            except (TypeError, ValueError, RuntimeError, OverflowError):
                self._say(logging.WARNING, f"log: {name} is {shortened(repr(value), 80)}: it is left out, as it is no number")
                continue
            numbers += 1
            if math.isfinite(number):
                kept[str(name)] = number
            else:
                self._say(logging.WARNING, f"log: {name} is {number} at step {step}: it is left out where it is not finite")
        if numbers:
            self._last_step = step
        kept = list(kept.items())
        for at in range(0, len(kept), SCALARS):
            self._outbox.put({"kind": "scalars", "step": step, "values": dict(kept[at:at + SCALARS])})

    def _features(self, H, y, W, b, step, layer, split):
        if not self._is_live():
            return
        step, H = whole_step(step), as_array(H)
        checked_split(split)
        if H.ndim != 2 or H.shape[0] == 0 or H.shape[1] == 0:
            raise Refusal(f"features have the shape {list(H.shape)}: [N, d] is needed, one row per sample")
        W = None if W is None else as_array(W).astype(np.float64)
        b = None if b is None else as_array(b).astype(np.float64).reshape(-1)
        if W is not None and (W.ndim != 2 or W.shape[1] != H.shape[1]):
            raise Refusal(f"W has the shape {list(W.shape)}: [K, {H.shape[1]}] is needed, as the features have {H.shape[1]} numbers")
        if b is not None and (W is None or len(b) != len(W)):
            raise Refusal(f"b has {len(b)} numbers: it needs a W with as many rows")
        y = checked_labels(as_array(y), len(H), None)
        logits = None if W is None else logits_of(self._objective, H, W, b)
        sums = SplitSums([layer], self._classes_of(split, step, W), W)
        sums.first([H], y, logits, self._objective)
        sums.settle()
        reference = self._reference([layer], split, step, sums)
        sums.second([H], y, logits, reference)
        self._send_sums(sums, step, split, reference is not None, b, None)

    def _is_rescaled(self):
        """Whether features or rows are divided by their norms on the way to the logits, so that the head's output alone does not tell them."""
        return self._objective.get("features") == "normalized" or self._objective.get("rows") == "unit"

    def _classes_of(self, split, step, weights):
        """K; None: as many as the labels name. A test set has the classes of its training set, also those with no test samples."""
        if weights is not None:
            return len(weights)
        if self._classes is None and split == "test" and self._means.get("step") == step:
            return self._means["classes"]
        return self._classes

    def _reference(self, names, split, step, sums):
        """Class means on which the second pass is centred: the training set's."""
        if split == "train":
            if self._means.get("step") != step:
                self._means = {"step": step, "of": {}}
            self._means["of"].update(zip(names, sums.means))
            self._means["classes"] = sums.classes
        found = self._means.get("of", {}) if self._means.get("step") == step else {}
        reference = [found.get(name) for name in names]
        if any(mean is None or mean.shape != own.shape for mean, own in zip(reference, sums.means)):
            self._say(logging.WARNING, "measure the training set before the test set of a step: without its means some measures are missing")
            return None
        return reference

    def _send_sums(self, sums, step, split, has_second, bias, hidden):
        layers = sums.wire(has_second)
        # Layers that are too large for one request go in several events; the last one has the last layer and the classifier.
        parts, size = [[]], 0
        for layer in layers:
            own = sum(len(value) for value in layer.values() if isinstance(value, str))
            if parts[-1] and size + own > EVENT_BYTES:
                parts.append([])
                size = 0
            parts[-1].append(layer)
            size += own
        for part in parts[:-1]:
            self._outbox.put({"kind": "sums", "step": step, "split": split, "passes": 2, "layers": part})
        event = {"kind": "sums", "step": step, "split": split, "passes": 2, "layers": parts[-1]}
        if sums.head is not None:
            event["head"] = {"weights": packed(sums.head), **({} if bias is None else {"bias": packed(bias)})}
            event["cosines"] = {"sum": float(sums.cosine_sum), "zeroVectors": sums.zero_vectors}
        if sums.has_logits:
            event["accuracy"] = sums.right / sums.samples
            if self._objective.get("loss") is not None and math.isfinite(sums.fit):
                event["fit"] = sums.fit / sums.samples
        if hidden is not None:
            event["squaredNorms"] = {"hidden": hidden}
        self._last_step = step
        self._outbox.put(event)

    def _measure(self, model, loader, layers, head, step, split, pool, forward, labels, penalized):
        if not self._is_live():
            return
        step, started = whole_step(step), time.monotonic()
        checked_split(split)
        if np is None:
            raise Refusal("numpy is not installed: pip install numpy")
        layers = [layers] if isinstance(layers, str) else [str(name) for name in layers]
        if not layers or len(set(layers)) < len(layers):
            raise Refusal(f"layers is {layers}: name at least one layer, and each only once")
        model = unwrapped(model)
        weights, bias = head_of(model, head, self._say) if head is not None else (None, None)
        probe = Probe(model, layers, head, pool, forward, labels, self._say)
        sums = SplitSums(layers, self._classes_of(split, step, weights), weights)
        kept, kept_bytes = [], 0
        with undisturbed(model, loader), probe:
            for part in probe.read(loader):
                features, y, logits = part
                if sums.samples == 0 and weights is not None and features[-1].shape[1] != weights.shape[1]:
                    self._say(logging.ERROR, f"head {head!r} takes {weights.shape[1]} numbers, and layer {layers[-1]!r} has "
                              f"{features[-1].shape[1]}: name {head + ':input'!r} as the last layer. It is measured without a head")
                    sums.head = None
                if weights is not None and self._is_rescaled() and features[-1].shape[1] == weights.shape[1]:
                    logits = logits_of(self._objective, features[-1], weights, bias)
                    part = (features, y, logits)
                sums.first(features, y, logits, self._objective)
                if kept is not None:
                    kept_bytes += sum(layer.nbytes for layer in features)
                    kept.append(part)
                    if kept_bytes > self._kept_bytes:
                        kept = None
            if sums.samples == 0:
                raise Refusal(f"the loader gave no samples for the {split} set at step {step}: nothing was measured")
            sums.settle()
            reference = self._reference(layers, split, step, sums)
            for features, y, logits in kept if kept is not None else probe.read(loader):
                if kept is None and weights is not None and self._is_rescaled() and features[-1].shape[1] == weights.shape[1]:
                    logits = logits_of(self._objective, features[-1], weights, bias)
                sums.second(features, y, logits, reference)
            sums.check_second()
            hidden = squared_hidden(model, head, penalized) if "hiddenDecay" in self._objective else None
        self._send_sums(sums, step, split, reference is not None, bias, hidden)
        passes = "one forward pass, features kept" if kept is not None else "two forward passes"
        logger.info("step %d: %d %s samples measured in %.1f s, %s (%.0f MB)", step, sums.samples, split,
                    time.monotonic() - started, passes, kept_bytes / 1e6)

    def _finish(self, error, timeout):
        if not self._is_live():
            return
        text = described(error) if isinstance(error, BaseException) else None if error is None else str(error)
        end = {"kind": "finished"} if error is None else {"kind": "failed", "message": text[:8000] or "failed"}
        if self._last_step is not None:
            end["step"] = self._last_step
        self._outbox.put(end)
        self._ended = True
        left = self._sender.drain(timeout)
        atexit.unregister(self._at_exit)
        self._outbox.close(delivered=left == 0)
        if left:
            place = self._outbox.folder.path if self._outbox.folder else None
            logger.error("%d events were not delivered%s", left, f": python {Path(__file__).resolve()} sync {place}" if place
                         else ", and could not be kept")

    def _at_exit(self):
        self.finish(getattr(sys, "last_value", None), timeout=10.0)


class Refusal(Exception):
    """Something that cannot be done, in words for the user."""


def described(error):
    """"ValueError: …", also of an exception that has no text or whose text raises."""
    try:
        return f"{type(error).__name__}: {error}".rstrip(": ")
    except Exception:  # noqa: BLE001 - it is somebody else's
        return type(error).__name__


def shortened(text, most):
    return text if len(text) <= most else text[:most - 1] + "…"


# Spool ------------------------------------------------------------------------------------------------------------------------


RUN_FILE, LOCK_FILE, SPOOLS = "collapsar.json", "collapsar.lock", "collapsar-*.ndjson"  # beside files of others


def own_folder(study):
    base = Path(os.environ.get("COLLAPSAR_FOLDER") or "collapsar-spool")
    name = re.sub(r"[^A-Za-z0-9]+", "-", study).strip("-")[:40] or "run"
    return base / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"


class Folder:
    """Key and spool of one run on disk; owned by one process at a time."""

    def __init__(self, path, about=None, url=None, temporary=False):
        self.path, self.temporary = Path(path), temporary
        if about is not None:
            self.path.mkdir(parents=True, exist_ok=True)
        self.lock = locked(self.path / LOCK_FILE)
        known = read_json(self.path / RUN_FILE)
        if not isinstance(known, dict) or any(name not in known for name in ("study", "config", "runKey")):
            known = None
            if about is not None and os.path.lexists(self.path / RUN_FILE):
                os.replace(self.path / RUN_FILE, self.path / f"{RUN_FILE}.unusable")
        if about is None and known is None:
            self.release()
            raise Refusal(f"{self.path} holds no run: {RUN_FILE} is missing or damaged")
        if known is None:
            known = {**about, "runKey": str(uuid.uuid4()), "url": url}
        elif about is not None:
            if known.get("study") != about["study"] or known.get("config") != about["config"]:
                logger.warning("%s continues the run of %r with its config %s: for another run, choose another folder",
                               self.path, known.get("study"), known.get("config"))
            known = {**about, "study": known["study"], "config": known["config"], "runKey": known["runKey"], "url": url}
        if about is not None:
            write_json(self.path / RUN_FILE, known)
        self.url = known.pop("url", None)
        self.about = known

    def attempts(self):
        """Spools of earlier processes, oldest first."""
        return sorted(self.path.glob(SPOOLS))

    def release(self):
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None


def locked(path):
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            import fcntl
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            import msvcrt
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            # Network file systems often know no locks.
            logger.warning("%s cannot be locked (%s): make sure that no other process uses this folder", Path(path).parent, error)
            return descriptor
        os.close(descriptor)
        raise Refusal(f"{Path(path).parent} belongs to a process that is still running: choose another folder") from error
    return descriptor


class Outbox:
    """Numbered events of one attempt: in a file of its folder, and in memory only if that cannot be written."""

    def __init__(self, folder, opening, say, path=None):
        self.folder, self.opening, self.say = folder, opening, say
        self.changed = threading.Condition()
        # Bytes of the file that are written, sent, and its heading's; number of the last stored event.
        self.written = self.offset = self.begin = self.stored = 0
        self.seq = 0
        self.memory, self.memory_bytes, self.dropped = collections.deque(), 0, 0
        self.file, self.path, self.in_memory = None, path, folder is None
        self.has_end = self.closed = False
        if path is not None:
            self._reopen()
        elif folder is not None:
            try:
                number = 1 + max((int(re.sub(r"\D", "", one.stem) or 0) for one in folder.attempts()), default=0)
                self.path = folder.path / f"collapsar-{number:04d}.ndjson"
                self.file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
                self._write_heading()
            except OSError as error:
                self._fail(error)

    def _write_heading(self):
        self._append(json.dumps({"opening": self.opening, "after": self.seq}).encode() + b"\n")
        self.begin = self.offset = self.written

    def _reopen(self):
        """Opens a spool that an earlier process left. An incomplete last line was being written when that process died; a damaged line is
        named in the run's log, and what follows it is kept.

        Raises OSError, and ValueError, KeyError or TypeError if not even the heading can be read.
        """
        if self._scan(None):
            repaired = self.path.with_suffix(".repaired")
            with open(repaired, "wb") as into:
                damaged = self._scan(into)
            os.replace(self.path, self.path.with_suffix(".unusable"))
            os.replace(repaired, self.path)
            self.say(logging.ERROR, f"{self.path}: {damaged} of its lines are damaged; the file as it was is {self.path.stem}.unusable")
        self.file = os.open(self.path, os.O_RDWR | os.O_APPEND)
        os.ftruncate(self.file, self.written)

    def _scan(self, into):
        """Reads all lines, and writes a file without damaged ones. @returns how many are damaged"""
        damaged = skipped = 0
        with open(self.path, "rb") as lines:
            first = lines.readline()
            heading = json.loads(first)
            self.opening, self.seq = dict(heading["opening"]), int(heading.get("after", 0))
            self.begin = self.offset = self.written = len(first)
            if into:
                into.write(first)
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                seq, kind = numbered(line)
                if seq is None or not self.seq < seq <= self.seq + (1000 if skipped else 1):
                    damaged, skipped = damaged + 1, skipped + 1
                    continue
                while self.seq < seq:
                    there = line if self.seq + 1 == seq else lost_event(self.seq + 1)
                    self.seq, self.written = self.seq + 1, self.written + len(there)
                    if into:
                        into.write(there)
                self.has_end, skipped = kind in ("finished", "failed"), 0
        return damaged

    def put(self, event):
        """Numbers an event and keeps it. Raises ValueError or TypeError for what JSON cannot hold."""
        with self.changed:
            if self.closed:
                return
            line = json.dumps({"seq": self.seq + 1, "at": round(time.time() * 1000), "event": event}, allow_nan=False).encode() + b"\n"
            is_end = event["kind"] in ("finished", "failed")
            if not self.in_memory and not is_end and self.written + len(line) > SPOOL_BYTES:
                self._drop(f"the spool {self.path} has reached {SPOOL_BYTES // 10**9} GB: further events are dropped until the server answers")
                return
            if not self.in_memory:
                try:
                    self._append(line)
                except OSError as error:
                    self._fail(error)
            if self.in_memory:
                if not is_end and self.memory_bytes + len(line) > MEMORY_BYTES:
                    self._drop(f"{MEMORY_BYTES // 10**6} MB of events wait in memory: further events are dropped until the server answers")
                    return
                self.memory.append(line)
                self.memory_bytes += len(line)
            self.seq += 1
            self.has_end = is_end
            self.changed.notify_all()

    def _append(self, line):
        before, done = self.written, 0
        try:
            while done < len(line):
                done += os.write(self.file, line[done:])
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self.file, before)
            raise
        self.written += len(line)

    def _fail(self, error):
        self.in_memory = True
        # Not through say, which would put another event while this one is being put.
        logger.error("%s cannot be written (%s): from here on events are kept in memory, up to %d MB", self.path or self.folder.path,
                     error, MEMORY_BYTES // 10**6)

    def _drop(self, why):
        self.dropped += 1
        if self.dropped == 1:
            logger.error("%s", why)

    def waiting(self):
        with self.changed:
            return self.seq - self.stored

    def next(self, most=BATCH_EVENTS):
        """The next lines to send, and how many bytes of the file they are."""
        with self.changed:
            lines, size = [], 0
            if self.offset < self.written:
                with open(self.path, "rb") as file:
                    file.seek(self.offset)
                    while len(lines) < most and self.offset + size < self.written:
                        line = file.readline()
                        if lines and size + len(line) > BATCH_BYTES:
                            break
                        lines.append(line)
                        size += len(line)
                return lines, size
            for line in self.memory:
                if len(lines) == most or (lines and size + len(line) > BATCH_BYTES):
                    break
                lines.append(line)
                size += len(line)
            return lines, 0

    def acknowledge(self, lines, size, stored):
        with self.changed:
            if size:
                self.offset += size
            else:
                for line in lines:
                    self.memory.popleft()
                    self.memory_bytes -= len(line)
            self.stored = max(self.stored, stored)
            if self.offset == self.written > BATCH_BYTES and not self.in_memory and self.file is not None:
                with contextlib.suppress(OSError):
                    os.ftruncate(self.file, 0)
                    self.written = self.offset = 0
                    self._write_heading()
            self.changed.notify_all()

    def rewind(self):
        with self.changed:
            self.offset = 0 if self.path is None or self.file is None else self.begin

    def leave(self):
        """In a forked process: closes its copies of open files, and leaves the parent's as they are."""
        with contextlib.suppress(OSError):
            if self.file is not None:
                os.close(self.file)
            if self.folder is not None:
                self.folder.release()
        self.file = None

    def close(self, delivered):
        with self.changed:
            self.closed = True
            if self.file is not None:
                os.close(self.file)
                self.file = None
        if self.folder is None:
            return
        with contextlib.suppress(OSError):
            if delivered:
                self.path.unlink()
                if self.folder.temporary and not self.folder.attempts():
                    for file in (RUN_FILE, LOCK_FILE):
                        (self.folder.path / file).unlink()
                    self.folder.path.rmdir()
                    self.folder.path.parent.rmdir()
        self.folder.release()


def lost_event(seq):
    """Replaces an event that cannot be read, because events are numbered without gaps."""
    event = {"kind": "log", "level": "error", "text": "An event of the spool was damaged and could not be read."}
    return json.dumps({"seq": seq, "at": round(time.time() * 1000), "event": event}).encode() + b"\n"


def numbered(line):
    """Number and kind of a spool's event; (None, None) if it is damaged."""
    try:
        event = json.loads(line)
        return int(event["seq"]), event["event"]["kind"]
    except (ValueError, KeyError, TypeError):
        return None, None


def sequence(line):
    """Number of an event, without parsing all of it: a line of sums has megabytes."""
    return int(line[8:line.index(b",")])


def read_json(path):
    try:
        return json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError):
        return None


def write_json(path, value):
    """Whole or not at all, whenever the process dies."""
    aside = Path(f"{path}.new")
    aside.write_text(json.dumps(value), "utf-8")
    os.replace(aside, path)


# Network ----------------------------------------------------------------------------------------------------------------------


class Unreachable(Exception):
    """No answer, or one that says to try again."""

    def __init__(self, text, after_s=None, status=None):
        super().__init__(text)
        self.after_s, self.status = after_s, status


class Refused(Exception):
    """An answer that will not change on another try."""

    def __init__(self, status, text, places=()):
        super().__init__(f"{text} (HTTP {status})")
        self.status, self.places = status, places


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect could carry the token to another server."""

    def redirect_request(self, *_arguments):
        return None


class Server:
    """The HTTP API of one server."""

    def __init__(self, url, token):
        self.url, self.token = str(url).strip().rstrip("/"), (token or "").strip()
        if not re.fullmatch(r"[\x21-\x7e]*", self.token):
            raise Refusal("the token has blanks or characters that no token has: copy it again")
        parts = urllib.parse.urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refusal(f"{self.url!r} is not the address of a server: it must begin with http:// or https://")
        self.opener = urllib.request.build_opener(NoRedirects)

    def post(self, path, body, timeout=REQUEST_S):
        if not self.token:
            raise Refused(401, "no token was given")
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.token}", "user-agent": f"collapsar.py/{__version__}"}
        request = urllib.request.Request(self.url + path, body, headers, method="POST")
        try:
            with self.opener.open(request, timeout=timeout) as answer:
                return json.loads(answer.read(10_000_000))
        except urllib.error.HTTPError as error:
            with error:
                text, places = sentence(error)
            if error.code in (408, 425, 429) or error.code >= 500:
                after = error.headers.get("retry-after", "")
                wait = min(float(after), LONGEST_WAIT_S) if after.isdigit() else None
                raise Unreachable(f"{text} (HTTP {error.code})", wait, error.code) from None
            raise Refused(error.code, text, places) from None
        except (OSError, ValueError, socket.timeout) as error:
            raise Unreachable(str(getattr(error, "reason", error))) from None
        except Exception as error:  # http.client has errors of its own
            raise Unreachable(f"{type(error).__name__}: {error}") from None


def sentence(error):
    """What went wrong according to an answer, and in which fields of the request."""
    if 300 <= error.code < 400:
        return f"the server redirects to {error.headers.get('location')}: give that address, if you trust it", ()
    body = b""
    with contextlib.suppress(Exception):
        body = error.read(100_000)
    try:
        value = json.loads(body)
        said = value["error"]
        places = [issue["path"][0] for issue in said.get("issues") or [] if issue.get("path")]
        return str(said["message"]), places
    except (ValueError, KeyError, TypeError, AttributeError):
        text = re.sub(r"<[^>]*>|\s+", " ", body.decode("utf-8", "replace")).strip()
        return shortened(text, 200) or error.reason, ()


class Sender(threading.Thread):
    """Sends an outbox in order, each event until it is stored or refused for good; before that, what earlier processes left."""

    def __init__(self, server, outbox, say):
        super().__init__(name="collapsar", daemon=True)
        self.server, self.outbox, self.say = server, outbox, say
        self.page, self.stopped, self.closing, self.deadline = None, False, False, None
        self.misses = self.sent = 0
        self.warned = set()

    def run(self):
        try:
            folder = self.outbox.folder
            for path in folder.attempts() if folder else []:
                if self.outbox.path is not None and path >= self.outbox.path:
                    break
                self._deliver_earlier(folder, path)
            self.deliver(self.outbox, until_end=False)
        except Exception as error:  # noqa: BLE001 - a thread of the training
            with contextlib.suppress(Exception):
                self.say(logging.ERROR, f"sending ended: {described(error)}")
        finally:
            with self.outbox.changed:
                self.stopped = True
                self.outbox.changed.notify_all()

    def _deliver_earlier(self, folder, path):
        try:
            earlier = Outbox(folder, None, self.say, path)
        except OSError as error:
            self.say(logging.ERROR, f"{path} cannot be read ({error}): it stays as it is")
            return
        except (ValueError, KeyError, TypeError) as error:
            self._set_aside(path, error)
            return
        delivered = self.deliver(earlier, until_end=True)
        os.close(earlier.file)
        if delivered:
            path.unlink()

    def drain(self, timeout):
        """Waits until everything is stored, or for `timeout` seconds. @returns how many events are not stored"""
        end = time.monotonic() + timeout
        with self.outbox.changed:
            self.closing, self.deadline = True, end
            self.outbox.changed.notify_all()
            while self.outbox.seq > self.outbox.stored and not self.stopped and time.monotonic() < end:
                self.outbox.changed.wait(min(0.5, max(0.01, end - time.monotonic())))
            self.stopped = True
            self.outbox.changed.notify_all()
        self.join(max(0.0, min(2.0, end - time.monotonic())))
        return self.outbox.waiting()

    def _set_aside(self, path, error):
        with contextlib.suppress(OSError):
            path.rename(path.with_suffix(".unusable"))
        self.say(logging.ERROR, f"{path} cannot be read ({error}): it was set aside as {path.with_suffix('.unusable').name}")

    def deliver(self, outbox, until_end):
        """@returns whether all of it is stored"""
        opened, most, rewound, instead, faults = None, BATCH_EVENTS, False, None, 0
        while not self.stopped and (self.deadline is None or time.monotonic() < self.deadline):
            with outbox.changed:
                while opened is not None and outbox.seq <= outbox.stored and not self.stopped and not self.closing and not until_end:
                    outbox.changed.wait(5.0)
            lines, size = [], 0
            try:
                if opened is None:
                    opened = self._open(outbox, ended=until_end)
                lines, size = outbox.next(most)
                if not lines:
                    if outbox.waiting() <= 0 and (until_end or self.closing):
                        return True
                    if outbox.waiting() > 0:
                        self._pause(0.5)
                    continue
                self._send(outbox, opened, instead or lines, lines, size)
                self.misses, most, rewound, instead, faults = 0, min(BATCH_EVENTS, most * 2), False, None, 0
            except Unreachable as error:
                faults = faults + 1 if error.status == 500 and lines else 0
                if faults < FAULTS:
                    self._wait(error)
                else:
                    faults, most, instead = 0, *self._spare(lines, error)
            except Refused as error:
                if opened is None and error.status == 400 and self._leave_out(outbox, error):
                    continue
                if opened is not None and error.status in (400, 413, 422) and instead is None:
                    most, instead = self._spare(lines, error)
                elif opened is not None and error.status == 409 and not rewound:
                    # The server may have lost what it had acknowledged: it says from where on, and the spool has it.
                    rewound, opened = True, None
                    outbox.rewind()
                else:
                    self._give_up(outbox, error, opened is None)
                    return False
        return False

    def _open(self, outbox, ended):
        opened = self.server.post("/api/v1/external/runs", json.dumps(outbox.opening).encode(), self._time())
        try:
            outbox.stored, self.page = int(opened["storedThrough"]), str(opened["url"])
            opened = {"runId": str(opened["runId"]), "attempt": int(opened["attempt"])}
        except (KeyError, TypeError, ValueError):
            raise Refused(200, "the server that answers is not a Collapsar server") from None
        if ended and not outbox.has_end:
            # Its process did not report how it ended, and a machine that crashed may have kept less than it had sent.
            outbox.seq = max(outbox.seq, outbox.stored)
            outbox.put({"kind": "failed", "message": "The training's process ended without reporting why: it was killed, or its machine stopped."})
        return opened

    def _leave_out(self, outbox, refusal):
        """Optional fields that the server refuses are left out: the run's numbers matter more."""
        named = [name for name in OPTIONAL if name in refusal.places and name in outbox.opening]
        for name in named:
            del outbox.opening[name]
        if named:
            self.say(logging.ERROR, f"{' and '.join(named)} cannot be stored, and is left out: {refusal}")
        return bool(named)

    def _give_up(self, outbox, error, is_new):
        where = f"; events stay in {outbox.folder.path}" if outbox.folder else ""
        hint = ""
        if error.status in (401, 403):
            hint = "the token is wrong, expired, revoked or not of scope log: "
        elif is_new and error.status in (404, 405):
            hint = "this does not seem to be the address of a Collapsar server, such as http://localhost:4040: "
        self.say(logging.ERROR, f"{self.server.url} refuses this run: {hint}{error}{where}")

    def _send(self, outbox, opened, sent, lines, size):
        fresh = [line.rstrip(b"\n") for line in sent if sequence(line) > outbox.stored]
        stored = outbox.stored
        if fresh:
            body = b'{"attempt":%d,"events":[%s]}' % (opened["attempt"], b",".join(fresh))
            answer = self.server.post(f"/api/v1/external/runs/{opened['runId']}/events", body, self._time())
            if not isinstance(answer, dict) or not isinstance(answer.get("storedThrough"), int):
                raise Unreachable("the answer does not come from a Collapsar server")
            stored = answer["storedThrough"]
            self.sent += len(fresh)
            for warning in answer.get("warnings") or []:
                if warning not in self.warned:
                    self.warned.add(warning)
                    logger.warning("%s", warning)
        outbox.acknowledge(lines, size, stored)

    def _spare(self, lines, refusal):
        """How many events to send next, or what to send in place of one that can never be stored: a line of the run's log."""
        if len(lines) > 1:
            return max(1, len(lines) // 2), None
        event = json.loads(lines[0])
        what = event["event"]
        text = f"{what['kind']} of step {what.get('step', '?')} cannot be stored: {refusal}"
        logger.error("%s", text)
        if what["kind"] in ("finished", "failed"):
            event["event"] = {"kind": what["kind"], **({"message": "failed"} if what["kind"] == "failed" else {})}
        else:
            event["event"] = {"kind": "log", "level": "error", "text": text[:4000]}
        return 1, [json.dumps(event).encode() + b"\n"]

    def _time(self):
        return REQUEST_S if self.deadline is None else max(0.5, min(REQUEST_S, self.deadline - time.monotonic()))

    def _wait(self, error):
        """Backs off, with jitter, so that trainings do not all come back at once."""
        self.misses += 1
        if self.misses == 1:
            self.say(logging.WARNING, f"{self.server.url} does not answer ({error}): events wait, and are sent once it does")
        back_off = min(BACK_OFF_S[1], BACK_OFF_S[0] * 2 ** min(self.misses - 1, 10)) * random.Random().uniform(0.5, 1)
        self._pause(back_off if error.after_s is None else max(error.after_s, 0.1), short=error.after_s is None)

    def _pause(self, seconds, short=False):
        """@param short whether half a second is enough once the training is waiting in `finish`"""
        began = time.monotonic()
        with self.outbox.changed:
            while not self.stopped:
                end = began + (min(seconds, 0.5) if short and self.closing else seconds)
                left = (end if self.deadline is None else min(end, self.deadline)) - time.monotonic()
                if left <= 0:
                    break
                self.outbox.changed.wait(min(0.5, left))


# Sums -------------------------------------------------------------------------------------------------------------------------


def packed(values):
    """Numbers as base64 of little-endian float64."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f8").tobytes()).decode("ascii")


def class_sums(values, groups, classes):
    """Sums of the rows of values [n, d] by their group, [K, d] in float64."""
    total = np.zeros((classes, values.shape[1]))
    if len(groups):
        order = np.argsort(groups, kind="stable")
        present, starts = np.unique(groups[order], return_index=True)
        total[present] = np.add.reduceat(values[order], starts, axis=0)
    return total


class SplitSums:
    """All sums of one split, part by part, in float64. The formulas are those of math/collapse of the program."""

    def __init__(self, names, classes, head):
        self.names, self.given, self.head = names, classes, head
        self.classes = classes or 0
        self.samples = self.seen_again = self.right = self.zero_vectors = 0
        self.fit = self.cosine_sum = 0.0
        self.counts = np.zeros(self.classes)
        self.sums, self.references, self.has_logits = None, None, False

    def first(self, features, y, logits, objective):
        """The first pass, for one part: features [n, d] a layer, labels [n], logits [n, K] or None."""
        if len(y) == 0:
            return
        y = checked_labels(y, len(features[0]), self.given)
        self._grow(int(y.max()) + 1, [layer.shape[1] for layer in features])
        new = np.flatnonzero(self.counts == 0)
        self.counts += np.bincount(y, minlength=self.classes)
        # Each class is summed relative to its first sample, so no digits are lost however far it has collapsed.
        firsts = {k: np.flatnonzero(y == k)[:1] for k in new}
        for l, layer in enumerate(features):
            if not np.isfinite(layer).all():
                raise Refusal(f"layer {self.names[l]!r} has a feature that is not finite (NaN or infinity): this measurement is left out")
            for k, at in firsts.items():
                if len(at):
                    self.references[l][k] = layer[at[0]]
            self.sums[l] += class_sums(layer.astype(np.float64) - self.references[l][y], y, self.classes)
        self.samples += len(y)
        if self.head is not None:
            self._add_cosines(features[-1].astype(np.float64), y)
        if logits is not None and logits.ndim == 2 and int(y.max()) < logits.shape[1]:
            self.has_logits = True
            self.right += int((logits.argmax(1) == y).sum())
            self.fit += fit_sum(logits.astype(np.float64), y, objective) if objective and objective.get("loss") else 0.0

    def _grow(self, classes, dims):
        if self.given is None and classes > self.classes:
            more = classes - self.classes
            self.counts = np.concatenate([self.counts, np.zeros(more)])
            if self.sums is not None:
                for rows in (self.sums, self.references):
                    rows[:] = [np.concatenate([one, np.zeros((more, one.shape[1]))]) for one in rows]
            self.classes = classes
        if self.sums is None:
            self.sums = [np.zeros((self.classes, dim)) for dim in dims]
            self.references = [np.zeros((self.classes, dim)) for dim in dims]
        elif [one.shape[1] for one in self.sums] != dims:
            raise Refusal(f"the layers have {dims} numbers in one batch and {[one.shape[1] for one in self.sums]} in another: pool them")

    def _add_cosines(self, h, y):
        norms, rows = np.sqrt((h * h).sum(1)), np.sqrt((self.head * self.head).sum(1))
        has = (norms > 0) & (rows[y] > 0)
        self.zero_vectors += int((~has).sum())
        unit = self.head / np.where(rows > 0, rows, 1)[:, None]
        gap = h[has] / norms[has, None] - unit[y[has]]
        self.cosine_sum += 0.5 * float((gap * gap).sum())

    def settle(self):
        """After the first pass: the class means [K, d] of each layer."""
        divisor = np.maximum(self.counts, 1)[:, None]
        has = (self.counts > 0)[:, None]
        self.means = [np.where(has, one + total / divisor, 0.0) for one, total in zip(self.references, self.sums)]
        self.within = [np.zeros(self.classes) for _ in self.means]
        sizes = [min(self.classes, means.shape[1]) for means in self.means]
        self.moments = [np.zeros((size, size)) for size in sizes]
        self.label_misses, self.prediction_misses = [0] * len(self.means), 0
        self.directions = None

    def second(self, features, y, logits, reference):
        """The second pass, for one part: Σ ‖h − own μ_y‖², and where there are the training set's class means (reference), with
        c = h − μ_y, m_k = μ_k − μ_G, a = c mᵀ, also Σ a aᵀ (Σ c cᵀ where d < K) and how often the nearest mean is that of another class."""
        if self.directions is None:
            self.directions = []
            for means in reference or []:
                centred = means - means.mean(0)
                distances = np.stack([((centred - row) ** 2).sum(1) for row in centred])
                self.directions.append((centred, distances))
        y = checked_labels(y, len(features[0]), self.given)
        predictions = None if logits is None or logits.ndim != 2 else logits.argmax(1)
        for l, layer in enumerate(features):
            wide = layer.astype(np.float64)
            own = wide - self.means[l][y]
            self.within[l] += np.bincount(y, (own * own).sum(1), self.classes)
            if reference is None:
                continue
            centred, distances = self.directions[l]
            apart = wide - reference[l][y]
            products = apart @ centred.T
            spread = apart if apart.shape[1] < self.classes else products
            self.moments[l] += spread.T @ spread
            nearest = (distances[y] - 2 * products).argmin(1)
            self.label_misses[l] += int((nearest != y).sum())
            if l == len(features) - 1 and predictions is not None:
                self.prediction_misses += int((nearest != predictions).sum())
        self.seen_again += len(y)

    def check_second(self):
        if self.seen_again != self.samples:
            raise Refusal(f"the loader gave {self.samples} samples the first time and {self.seen_again} the second: give one that can be read "
                          "twice, or raise kept_bytes so that one pass is enough")

    def wire(self, has_second):
        layers = []
        for l, name in enumerate(self.names):
            one = {"name": name, "dim": self.means[l].shape[1], "counts": packed(self.counts), "means": packed(self.means[l]),
                   "within": packed(self.within[l])}
            if has_second:
                one.update(moments=packed(self.moments[l]), labelMisses=self.label_misses[l])
                if l == len(self.names) - 1 and self.has_logits:
                    one["predictionMisses"] = self.prediction_misses
            layers.append(one)
        return layers


def logits_of(objective, H, W, b):
    """[n, K] in float64: ⟨h, w⟩ + b, or with τh/‖h‖ in the place of h, and w/‖w‖ in the place of w, as the objective says."""
    H, W = H.astype(np.float64), np.asarray(W, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        if objective.get("features") == "normalized":
            H = objective.get("temperature", 1) * H / np.sqrt((H * H).sum(1))[:, None]
        if objective.get("rows") == "unit":
            W = W / np.sqrt((W * W).sum(1))[:, None]
    return H @ W.T + (0 if b is None else np.asarray(b, dtype=np.float64))


def fit_sum(z, y, objective):
    """Σ −log softmax(z)_y, with smoothed labels or as the focal loss where the objective says so, or Σ ‖z − e_y‖²/2."""
    at = np.arange(len(y))
    if objective["loss"] == "mse":
        gap = z.copy()
        gap[at, y] -= 1
        return float(0.5 * (gap * gap).sum())
    over = z - z[at, y][:, None]
    most = np.maximum(over.max(1), 0)
    terms = np.exp(over - most[:, None])
    terms[at, y] = 0
    # exp(−most) − 1 is 0 where the own class is the largest: the digits of a small loss stay.
    surprise = most + np.log1p(terms.sum(1) + np.expm1(-most))
    if objective["loss"] == "focal":
        surprise = surprise * (-np.expm1(-surprise)) ** objective.get("gamma", 2)
    return float(surprise.sum()) - objective.get("smoothing", 0) / z.shape[1] * float(over.sum())


def checked_split(split):
    if split not in ("train", "test"):
        raise Refusal(f'split is {split!r}: it must be "train" or "test"')


def checked_labels(y, samples, classes):
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1 or len(y) != samples:
        raise Refusal(f"labels have the shape {list(y.shape)}: one whole number per sample is needed, for {samples} samples")
    if not np.issubdtype(y.dtype, np.integer):
        if not np.isfinite(y).all() or (y != np.floor(y)).any():
            raise Refusal("labels must be whole numbers from 0")
    y = y.astype(np.int64)
    if len(y) and (y.min() < 0 or (classes is not None and y.max() >= classes)):
        bad = y.min() if y.min() < 0 else y.max()
        raise Refusal(f"label {bad} is out of range: labels go from 0 to {(classes or 'K') if classes is None else classes - 1}")
    return y


def as_array(value):
    """numpy's view of an array, a list or a torch tensor of any kind."""
    if np is None:
        raise Refusal("numpy is not installed: pip install numpy")
    if hasattr(value, "detach"):
        value = value.detach()
        if str(value.dtype) in ("torch.bfloat16", "torch.float16"):
            value = value.float()
        value = value.cpu().numpy()
    value = np.asarray(value)
    return value.astype(np.float32) if value.dtype == np.float16 else value


def whole_step(step):
    if isinstance(step, bool) or int(step) != step or step < 0:
        raise Refusal(f"step is {step!r}: it must be a whole number, 0 or more")
    return int(step)


def study_name(study, warn):
    name = " ".join(str(study).split())
    if len(name) > NAME_LENGTH:
        warn(f"study is longer than {NAME_LENGTH} characters: it is shortened")
    if not name:
        warn("study is empty: it is called “Unnamed study”")
    return name[:NAME_LENGTH].strip() or "Unnamed study"


def plain(value):
    """A value as JSON has it: numbers of numpy and torch, tuples and the like are converted."""
    if hasattr(value, "items"):
        return {str(name): plain(part) for name, part in value.items()}
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, (str, bool, int, float)) or value is None:
        return value
    return [plain(part) for part in value] if hasattr(value, "__iter__") else str(value)


def flat_config(config, warn):
    """A config (a dict, a namespace or a dataclass, nested or not) as at most 64 keys with values that JSON can hold."""
    flat = {}

    def put(key, value, depth):
        if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
            value = value.item()
        if depth < 8 and hasattr(value, "items"):
            for name, part in value.items():
                name = "".join(letter for letter in str(name) if letter.isprintable()).strip()
                put(f"{key}.{name}" if key else name, part, depth + 1)
        elif value is None:
            return
        elif isinstance(value, float) and not math.isfinite(value):
            warn(f"config {key} is {value}: it is left out")
        elif not key or key == "__proto__" or len(key) > KEY_LENGTH:
            warn(f"config key {shortened(key, 40)!r} is empty, longer than {KEY_LENGTH} characters or reserved: it is left out")
        elif len(flat) == CONFIG_KEYS:
            warn(f"config has more than {CONFIG_KEYS} keys: {key} and what follows are left out")
        elif isinstance(value, (bool, float)) or (isinstance(value, int) and abs(value) <= 2**53):
            flat[key] = value
        else:
            flat[key] = str(value)[:TEXT_LENGTH]

    if config is not None and not hasattr(config, "items") and not hasattr(config, "__dict__"):
        warn(f"config is a {type(config).__name__}: it is left out, as it has no keys")
    else:
        put("", {} if config is None else config if hasattr(config, "items") else vars(config), 0)
    return flat


# torch ------------------------------------------------------------------------------------------------------------------------


def unwrapped(model):
    """The network itself, without the wrappers that distribute or compile it: rank 0 measures alone and waits for no other process."""
    for module in model.modules():
        if any(kind.__name__ in ("FullyShardedDataParallel", "FSDPModule") for kind in type(module).__mro__):
            raise Refusal("this model is sharded over processes (FSDP): gather its features and call run.features instead")
    while True:
        if hasattr(model, "_orig_mod"):
            model = model._orig_mod
        elif type(model).__name__ in ("DistributedDataParallel", "DataParallel"):
            model = model.module
        else:
            return model


def modules_named(model, names):
    """Modules by their names; those of compiled parts also by their names before compilation."""
    known = {name.replace("_orig_mod.", ""): module for name, module in model.named_modules()}
    known.update(model.named_modules())
    for name in names:
        if name.partition(":input")[0] not in known:
            there = [one for one in known if one and "_orig_mod" not in one]
            more = f" and {len(there) - 60} more" if len(there) > 60 else ""
            raise Refusal(f"the model has no layer {name!r}: it has {', '.join(there[:60])}{more}")
    return known


def head_of(model, head, say):
    """W [K, d] and b [K] of a linear classifier, or nothing."""
    module = modules_named(model, [head])[head]
    weight = getattr(module, "weight", None)
    shape = [] if weight is None else [size for at, size in enumerate(weight.shape) if at < 2 or size != 1]
    if len(shape) != 2:
        say(logging.ERROR, f"head {head!r} has no weight [K, d]: it is measured without a head")
        return None, None
    bias = getattr(module, "bias", None)
    return as_array(weight).astype(np.float64).reshape(shape), None if bias is None else as_array(bias).astype(np.float64)


def squared_hidden(model, head, penalized):
    own = set() if head is None else {id(p) for p in modules_named(model, [head])[head].parameters()}
    wanted = penalized or (lambda _name, p: p.requires_grad and p.dim() >= 2)
    return sum(float((as_array(p).astype(np.float64) ** 2).sum()) for name, p in model.named_parameters()
               if id(p) not in own and wanted(name, p))


@contextlib.contextmanager
def undisturbed(model, loader):
    """Eval mode, no gradients, nothing compiled; afterwards the mode of each module and each random generator are as before."""
    import torch

    modules = [(module, module.training, module.__dict__.get("_compiled_call_impl")) for module in model.modules()]
    # Loaders with persistent workers have one iterator, which the training may be in the middle of.
    own_iterator = getattr(loader, "_iterator", None)
    generators = {id(one): one for one in (getattr(loader, "generator", None), getattr(getattr(loader, "sampler", None), "generator", None))
                  if hasattr(one, "get_state")}.values()
    states = [(one, one.get_state()) for one in generators]
    cpu, python, numpy = torch.get_rng_state(), random.getstate(), np.random.get_state()
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() and torch.cuda.is_initialized() else None
    try:
        if own_iterator is not None:
            loader._iterator = None
        for module, _mode, compiled in modules:
            if compiled is not None:
                module._compiled_call_impl = None
        model.eval()
        with torch.no_grad(), uncompiled(torch):
            yield
    finally:
        for module, mode, compiled in modules:
            module.training = mode
            if compiled is not None:
                module._compiled_call_impl = compiled
        if own_iterator is not None:
            loader._iterator = own_iterator
        torch.set_rng_state(cpu)
        random.setstate(python)
        np.random.set_state(numpy)
        for one, state in states:
            one.set_state(state)
        if cuda is not None:
            torch.cuda.set_rng_state_all(cuda)


def uncompiled(torch):
    """Runs compiled parts eagerly: what was compiled before does not call hooks."""
    stance = getattr(getattr(torch, "compiler", None), "set_stance", None)
    # Loading the compiler takes seconds; if it was not loaded, nothing is compiled.
    return stance("force_eager") if stance is not None and "torch._dynamo" in sys.modules else contextlib.nullcontext()


class Probe:
    """Hooks on layers of a model, and what they saw of each batch."""

    def __init__(self, model, layers, head, pool, forward, labels, say):
        known = modules_named(model, layers + ([head] if head else []))
        self.say = say
        self.model, self.layers, self.head, self.pool = model, layers, head, pool
        self.forward, self.labels, self.known = forward or default_forward, labels or default_labels, known
        self.seen, self.handles, self.logits, self.samples = {}, [], None, 0

    def __enter__(self):
        for name in self.layers:
            module, key = self.known[name.partition(":input")[0]], name
            if name.endswith(":input"):
                self.handles.append(module.register_forward_pre_hook(lambda _m, given, key=key: self._see(key, given)))
            else:
                self.handles.append(module.register_forward_hook(lambda _m, _given, out, key=key: self._see(key, out)))
        if self.head:
            self.handles.append(self.known[self.head].register_forward_hook(lambda _m, _given, out: self._see(None, out)))
        return self

    def _see(self, key, output):
        # At once, and as a copy: a later module may work in place.
        if key is None:
            self.logits = output
        else:
            if key in self.seen:
                self.say(logging.WARNING, f"layer {key!r} is called more than once in a forward pass: its last call is measured")
            self.seen[key] = pooled(key, tensor_of(key, output), self.pool, self.samples)

    def __exit__(self, *_error):
        for handle in self.handles:
            handle.remove()

    def read(self, loader):
        """Features [n, d] of each layer, labels [n] and logits [n, K] or None, batch by batch."""
        place = next(iter(self.model.parameters()), None)
        for batch in loader:
            y = as_array(self.labels(batch))
            self.samples, self.seen, self.logits = len(y), {}, None
            output = self.forward(self.model, moved(batch, None if place is None else place.device))
            logits = self.logits if self.head else output
            for name in self.layers:
                if name not in self.seen:
                    raise Refusal(f"layer {name!r} took no part in the forward pass: its module was not called")
            features = [self.seen[name] for name in self.layers]
            self.seen, self.logits = {}, None
            logits = as_array(logits) if hasattr(logits, "detach") else None
            yield features, y, logits.reshape(len(y), -1) if logits is not None and len(logits) == len(y) else None


def tensor_of(name, output):
    while not hasattr(output, "detach"):
        if hasattr(output, "last_hidden_state"):
            output = output.last_hidden_state
        elif isinstance(output, dict) and output:
            output = next(iter(output.values()))
        elif isinstance(output, (tuple, list)) and output:
            output = output[0]
        else:
            raise Refusal(f"layer {name!r} gives a {type(output).__name__}: a tensor is needed")
    return output


def pooled(name, output, pool, samples):
    if callable(pool):
        output = pool(output)
    elif output.dim() > 2:
        if pool == "average":
            output = (output.float() if output.element_size() < 4 else output)
            output = output.mean(dim=1 if output.dim() == 3 else tuple(range(2, output.dim())))
        elif pool in ("first", "last") and output.dim() == 3:
            output = output[:, 0 if pool == "first" else -1]
        elif pool != "flatten":
            raise Refusal(f"pool is {pool!r}, and layer {name!r} has the shape {list(output.shape)}: choose \"average\", \"flatten\" or a function")
    features = np.array(as_array(output))
    if features.ndim == 0 or len(features) != samples:
        raise Refusal(f"layer {name!r} has the shape {list(features.shape)} for {samples} labels: its first dimension must be the samples")
    return features.reshape(samples, -1)


def default_labels(batch):
    if hasattr(batch, "keys"):
        for key in ("labels", "label", "y", "target", "targets"):
            if key in batch:
                return batch[key]
        raise Refusal(f"a batch has no labels among {', '.join(map(str, batch.keys()))}: give labels=lambda batch: …")
    if isinstance(batch, (tuple, list)) and len(batch) >= 2:
        return batch[1]
    raise Refusal(f"a batch is a {type(batch).__name__}, not (x, y): give labels=lambda batch: … and forward=lambda model, batch: …")


def default_forward(model, batch):
    if hasattr(batch, "keys"):
        return model(**{key: value for key, value in batch.items() if key not in ("label", "y", "target", "targets")})
    return model(batch[0])


def moved(batch, device):
    if device is None:
        return batch
    if hasattr(batch, "to"):
        return batch.to(device)
    if isinstance(batch, dict):
        return {key: moved(value, device) for key, value in batch.items()}
    if isinstance(batch, (tuple, list)):
        return [moved(value, device) for value in batch]
    return batch


# Command line -----------------------------------------------------------------------------------------------------------------


def sync(folder, url=None, token=None, timeout=600.0):
    """Delivers what trainings that crashed or lost the network left in a folder and the folders below it. @returns (delivered, left), in events"""
    folder = Path(folder)
    places = [folder] if (folder / RUN_FILE).exists() else sorted(one.parent for one in folder.rglob(RUN_FILE))
    if not places:
        raise Refusal(f"{folder} holds no run: give the folder with {RUN_FILE}, or one above it")
    delivered = left = 0
    for place in places:
        try:
            opened = Folder(place)
        except (Refusal, OSError) as error:
            logger.warning("%s", error)
            left += 1
            continue
        try:
            sent, missing = sync_run(opened, url, token, timeout)
            delivered, left = delivered + sent, left + missing
        finally:
            opened.release()
    return delivered, left


def sync_run(folder, url, token, timeout):
    say = lambda level, text: logger.log(level, "%s", text)  # noqa: E731
    server = Server(url or os.environ.get("COLLAPSAR_URL") or folder.url or "", token or os.environ.get("COLLAPSAR_TOKEN"))
    delivered = 0
    for path in folder.attempts():
        try:
            outbox = Outbox(folder, None, say, path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.error("%s cannot be read (%s): it stays as it is", path, error)
            return delivered, 1
        sender = Sender(server, outbox, say)
        sender.deadline = time.monotonic() + timeout
        is_whole = sender.deliver(outbox, until_end=True)
        os.close(outbox.file)
        delivered += sender.sent
        if not is_whole:
            return delivered, max(1, outbox.waiting())
        path.unlink()
    return delivered, 0


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="collapsar.py", description="Collapsar's Python client.")
    parser.add_argument("--version", action="version", version=f"collapsar.py {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("sync", help="deliver what a crash left in a spool folder")
    one.add_argument("folder")
    one.add_argument("--url", help="of the server; by default COLLAPSAR_URL, or the server of the training")
    one.add_argument("--token", help="by default COLLAPSAR_TOKEN, which other users of this machine cannot see")
    one.add_argument("--timeout", type=float, default=600.0, help="seconds that one run may take (600)")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        delivered, left = sync(given.folder, given.url, given.token, given.timeout)
    except Refusal as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{delivered} events delivered, {left} left")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
