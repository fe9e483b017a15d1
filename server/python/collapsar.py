#!/usr/bin/env python3
"""Collapsar's Python client: reports a training of yours to a Collapsar server, which measures neural collapse in it.

One file; put it beside your script. It needs Python 3.9 and numpy, and uses torch only where you hand it a torch model.

    import collapsar

    with collapsar.run("http://localhost:4040", token, study="ResNet-18 on CIFAR-100",
                       config={"depth": 18, "seed": 0}, folder="checkpoints/run-0") as run:
        for epoch in range(200):
            train(...)
            run.log({"loss": loss}, step=epoch)
            run.measure(model, train_loader, layers=["layer1", "layer4", "avgpool"], head="fc", step=epoch)

What leaves the machine are sums: K·d and K·K numbers a layer, never features. Nothing here raises into the training, and nothing
waits for the network: every event is written to a spool folder first, and a background thread sends it from there. After a crash,
`python collapsar.py sync FOLDER` delivers what is left. Messages go to the logger "collapsar", each once.

Several processes (RANK of torchrun, or torch.distributed): rank 0 reports, all others do nothing, unless `every_rank=True`.
"""
from __future__ import annotations

import argparse
import atexit
import base64
import collections
import contextlib
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
except ImportError:  # `sync` and `log` do without
    np = None

__version__ = "0.1.0"
__all__ = ["run", "sync", "Run", "class_sums"]

logger = logging.getLogger("collapsar")

KEPT_BYTES = 512_000_000  # features kept between the two passes over a split; above it the network runs twice
MEMORY_BYTES = 64_000_000  # events kept in memory where the spool cannot be written
SPOOL_BYTES = 4_000_000_000  # events kept on disk while the server is away
BATCH_BYTES, BATCH_EVENTS = 4_000_000, 500  # of one request, unless one event alone is larger
REQUEST_S = 30.0
BACK_OFF_S = (0.5, 60.0)
CONFIG_KEYS, KEY_LENGTH, TEXT_LENGTH = 64, 120, 500


def run(url=None, token=None, *, study, config=None, objective=None, classes=None, class_names=None, folder=None,
        layers=None, total_steps=None, resumed_from_step=None, note=None, every_rank=False, kept_bytes=KEPT_BYTES):
    """Begins to report a training. Use it as a context manager, or call `finish()` at the end.

    url, token: of the server; else COLLAPSAR_URL and COLLAPSAR_TOKEN. The token needs the scope "log".
    study: name of the study it belongs to. config: what tells this run from the study's others; nested keys are joined by dots.
    objective: what the training minimizes, where L* and the gap to it are wanted: {"loss": "ce" | "mse", "features": "layernorm" |
        "ridge", "weightDecay": λ, "featureDecay": λ_H, "hiddenDecay": λ, "bias": "none" | "free" | "penalized"}.
    folder: where run key and spool are. Give the folder of your checkpoints: a training that starts again there continues the same
        run as its next attempt. Without it every start is a run of its own, spooled below $COLLAPSAR_FOLDER or ./collapsar-spool.
    resumed_from_step: step of the checkpoint it resumes from; what was measured after it is void.
    """
    about = {"study": str(study), "source": "client", "client": {"name": "collapsar.py", "version": __version__}}
    optional = {"layers": layers, "objective": objective, "classNames": class_names, "totalSteps": total_steps, "note": note}
    about.update({name: value for name, value in optional.items() if value is not None})
    one = Run(kept_bytes, len(class_names) if classes is None and class_names else classes)
    if every_rank or rank() == 0:
        one._guard("run", one._begin, about, config or {}, url or os.environ.get("COLLAPSAR_URL"),
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
    """One training. Its methods never raise and never wait for the network, but for `finish`, up to its deadline."""

    def __init__(self, kept_bytes=KEPT_BYTES, classes=None):
        self._kept_bytes, self._classes = kept_bytes, classes
        self._said, self._means, self._layers, self._objective = set(), {}, None, {}
        self._outbox = self._sender = None
        self._ended, self._pid, self._last_step = False, os.getpid(), None

    @property
    def url(self):
        """Address of the study's page, once the server has answered; else None."""
        return self._sender.page if self._sender else None

    def log(self, values, step):
        """Stores numbers of yours at a step, each as a series `log/<name>`. What is not finite is left out, and said."""
        self._guard("log", self._log, values, step)

    def measure(self, model, loader, *, layers, head=None, step, split="train", pool="average", forward=None, labels=None,
                penalized=None):
        """Measures layers of a torch model on everything that a loader yields, in eval mode and without gradients.

        layers: names of modules, first to last, as `model.named_modules()` has them; "fc:input" is what goes into fc.
        head: name of the linear classifier (it needs weight [K, d]); the last of `layers` must be what goes into it.
        pool: what becomes of feature maps. "average": the mean over positions of [N, C, H, W] and over tokens of [N, T, C], as
            networks themselves pool before their classifier, so that d = C; "flatten": all numbers, d = C·H·W; "first", "last": one
            token of [N, T, C]; or a function from the module's output to [N, d].
        forward(model, batch), labels(batch): for batches that are neither (x, y) nor a dict with "labels".
        penalized(name, parameter): weights with the objective's hiddenDecay; else all others with two dimensions or more.

        Labels are integers from 0. One forward pass where the features fit into `kept_bytes`, else two over the loader (which must
        then give the same samples again: augmentation would differ). Training modes, BatchNorm statistics and the states of random
        generators are afterwards what they were. Measure "train" before "test": a test set is held against the training means.
        """
        if self._is_live():
            self._guard("measure", self._measure, model, loader, list(layers), head, step, split, pool, forward, labels, penalized)

    def features(self, H, y, W=None, b=None, step=0, layer="features", split="train"):
        """Measures features H [N, d] with labels y [N], and where they are given a classifier W [K, d] and bias b [K]."""
        self._guard("features", self._features, H, y, W, b, step, layer, split)

    def finish(self, error=None, timeout=30.0):
        """Ends the run (as failed with `error`'s text, where given) and sends what is left; what cannot be sent stays in the spool."""
        self._guard("finish", self._finish, error, timeout)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _trace):
        self.finish(None if kind is None else f"{kind.__name__}: {error}")
        return False

    # What follows may raise: only _guard calls it.

    def _guard(self, what, work, *arguments):
        if self._pid != os.getpid():
            return
        try:
            work(*arguments)
        except Exception as error:  # noqa: BLE001 - whatever it is, the training goes on
            self._say(logging.ERROR, f"{what}: {error if isinstance(error, Refusal) else f'{type(error).__name__}: {error}'}")

    def _say(self, level, text):
        if text in self._said or len(self._said) > 1000:
            return
        self._said.add(text)
        logger.log(level, "%s", text)
        if level >= logging.WARNING and self._outbox is not None:
            self._outbox.put({"kind": "log", "level": "error" if level >= logging.ERROR else "warning", "text": text[:4000]})

    def _is_live(self):
        return self._outbox is not None and not self._ended and self._pid == os.getpid()

    def _begin(self, about, config, url, token, folder, resumed_from_step):
        if not url:
            raise Refusal("no server: give its address, or set COLLAPSAR_URL")
        server = Server(url, token)
        about = {**about, "config": flat_config(config, lambda text: self._say(logging.WARNING, text))}
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
        self._objective, self._layers = about.get("objective") or {}, about.get("layers")
        self._outbox = Outbox(place, opening, self._say)
        self._sender = Sender(server, self._outbox, self._say)
        self._sender.start()
        atexit.register(self._at_exit)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def _after_fork(self):
        """A forked process, such as a loader's worker, has no sender: its copy of the run does nothing."""
        if self._outbox is not None:
            self._outbox.leave()
        self._outbox = self._sender = None

    def _log(self, values, step):
        if not self._is_live():
            return
        step, kept = whole_step(step), {}
        for name, value in dict(values).items():
            number = float(value)
            if math.isfinite(number):
                kept[str(name)] = number
            else:
                self._say(logging.WARNING, f"log: {name} is {number} at step {step}: it is left out where it is not finite")
        self._last_step = step
        if kept:
            self._outbox.put({"kind": "scalars", "step": step, "values": kept})

    def _features(self, H, y, W, b, step, layer, split):
        if not self._is_live():
            return
        step, H = whole_step(step), as_array(H)
        y = checked_labels(as_array(y), len(H), None)
        W = None if W is None else as_array(W).astype(np.float64)
        b = None if b is None else as_array(b).astype(np.float64)
        logits = None if W is None else H.astype(np.float64) @ W.T + (0 if b is None else b)
        sums = SplitSums([layer], self._classes if W is None else len(W), W)
        sums.first([H], y, logits, self._objective.get("loss"))
        sums.settle()
        reference = self._reference([layer], split, step, sums)
        if reference is not None:
            sums.second([H], y, logits, reference)
        self._send_sums(sums, step, split, reference is not None, b, None)

    def _reference(self, names, split, step, sums):
        """Class means that the second pass is centred on: the training set's."""
        if split == "train":
            self._means = {"step": step, "of": dict(zip(names, sums.means))}
        found = self._means.get("of", {}) if self._means.get("step") == step else {}
        reference = [found.get(name) for name in names]
        if any(mean is None or mean.shape != own.shape for mean, own in zip(reference, sums.means)):
            self._say(logging.WARNING, "measure the training set before the test set of a step: without its means some measures are missing")
            return None
        return reference

    def _send_sums(self, sums, step, split, has_second, bias, hidden):
        event = {"kind": "sums", "step": step, "split": split, "passes": 2, "layers": sums.wire(has_second)}
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
        step, started = whole_step(step), time.monotonic()
        if split not in ("train", "test"):
            raise Refusal(f'split is {split!r}: it must be "train" or "test"')
        model = unwrapped(model)
        weights, bias = head_of(model, head, self._say) if head is not None else (None, None)
        probe = Probe(model, layers, head, pool, forward, labels)
        sums = SplitSums(layers, self._classes if weights is None else len(weights), weights)
        loss, kept, kept_bytes = self._objective.get("loss"), [], 0
        with undisturbed(model, loader), probe:
            for part in probe.read(loader):
                features, y, logits = part
                if sums.samples == 0 and weights is not None and features[-1].shape[1] != weights.shape[1]:
                    self._say(logging.ERROR, f"head {head!r} takes {weights.shape[1]} numbers, and layer {layers[-1]!r} has "
                              f"{features[-1].shape[1]}: name {head + ':input'!r} as the last layer. It is measured without head")
                    sums.head = None
                sums.first(features, y, logits, loss)
                if kept is not None:
                    kept_bytes += sum(layer.nbytes for layer in features)
                    kept.append(part)
                    if kept_bytes > self._kept_bytes:
                        kept = None
            if sums.samples == 0:
                raise Refusal(f"the loader gave no samples for the {split} set at step {step}: nothing was measured")
            sums.settle()
            reference = self._reference(layers, split, step, sums)
            if reference is not None:
                for features, y, logits in kept if kept is not None else probe.read(loader):
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
        end = {"kind": "finished"} if error is None else {"kind": "failed", "message": str(error)[:8000] or "failed"}
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
        error = getattr(sys, "last_value", None)
        self.finish(None if error is None else f"{type(error).__name__}: {error}", timeout=10.0)


class Refusal(Exception):
    """Something that cannot be done, in words for people."""


# Spool ------------------------------------------------------------------------------------------------------------------------


def own_folder(study):
    base = Path(os.environ.get("COLLAPSAR_FOLDER") or "collapsar-spool")
    name = re.sub(r"[^A-Za-z0-9]+", "-", study).strip("-")[:40] or "run"
    return base / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"


class Folder:
    """Key and spool of one run on disk. It belongs to one process at a time."""

    def __init__(self, path, about=None, url=None, temporary=False):
        self.path, self.temporary = Path(path), temporary
        if about is not None:
            self.path.mkdir(parents=True, exist_ok=True)
        self.lock = locked(self.path / "lock")
        known = read_json(self.path / "run.json")
        if about is None and known is None:
            self.release()
            raise Refusal(f"{self.path} holds no run: run.json is missing or damaged")
        if known is None:
            known = {**about, "runKey": str(uuid.uuid4()), "url": url}
        elif about is not None:
            if known.get("study") != about["study"] or known.get("config") != about["config"]:
                logger.warning("%s continues the run of %r with its config %s: for another run, choose another folder",
                               self.path, known.get("study"), known.get("config"))
            known = {**about, "study": known["study"], "config": known["config"], "runKey": known["runKey"], "url": url}
        if about is not None:
            write_json(self.path / "run.json", known)
        self.url = known.pop("url", None)
        self.about = known

    def attempts(self):
        """Spools of earlier processes, the oldest first."""
        return sorted(self.path.glob("attempt-*.ndjson"))

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
        os.close(descriptor)
        raise Refusal(f"{Path(path).parent} belongs to a process that still runs: choose another folder") from error
    return descriptor


class Outbox:
    """Numbered events of one attempt: in a file of its folder, and in memory only where that cannot be written."""

    def __init__(self, folder, opening, say, path=None):
        self.folder, self.opening, self.say = folder, opening, say
        self.changed = threading.Condition()
        # Bytes of the file that are written, sent, and its heading's; number of the last stored event.
        self.written = self.offset = self.begin = self.stored = 0
        self.seq = 0
        self.memory, self.memory_bytes, self.dropped = collections.deque(), 0, 0
        self.file, self.path, self.in_memory = None, path, folder is None
        self.has_end = False
        if folder is not None:
            try:
                self._open(path)
            except OSError as error:
                self._fail(error)

    def _open(self, path):
        number = 1 + max((int(re.sub(r"\D", "", one.stem) or 0) for one in self.folder.attempts()), default=0)
        self.path = path or self.folder.path / f"attempt-{number:04d}.ndjson"
        self.file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        if path is None:
            self._append(json.dumps({"opening": self.opening}).encode() + b"\n")
            self.begin = self.offset = self.written
            return
        # A spool that a process left: a last line without an end was being written when it died.
        with open(path, "rb") as lines:
            first = lines.readline()
            self.opening = json.loads(first)["opening"]
            self.begin = self.offset = self.written = len(first)
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                event = json.loads(line)
                self.seq, self.written = event["seq"], self.written + len(line)
                self.has_end = event["event"]["kind"] in ("finished", "failed")
        os.ftruncate(self.file, self.written)

    def put(self, event):
        """Numbers an event and keeps it. Never raises."""
        with self.changed:
            line = json.dumps({"seq": self.seq + 1, "at": round(time.time() * 1000), "event": event}, allow_nan=False).encode() + b"\n"
            if not self.in_memory and self.written + len(line) > SPOOL_BYTES:
                self._drop(f"the spool {self.path} has reached {SPOOL_BYTES // 10**9} GB: further events are dropped until the server answers")
                return
            if not self.in_memory:
                try:
                    self._append(line)
                except OSError as error:
                    self._fail(error)
            if self.in_memory:
                if self.memory_bytes + len(line) > MEMORY_BYTES:
                    self._drop(f"{MEMORY_BYTES // 10**6} MB of events wait in memory: further events are dropped until the server answers")
                    return
                self.memory.append(line)
                self.memory_bytes += len(line)
            self.seq += 1
            self.has_end = event["kind"] in ("finished", "failed")
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
        # Not through say, which would put an event while one is being put.
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
            if self.offset == self.written > BATCH_BYTES and not self.in_memory:
                with contextlib.suppress(OSError):
                    os.ftruncate(self.file, 0)
                    self.written = self.offset = 0
                    self._append(json.dumps({"opening": self.opening}).encode() + b"\n")
                    self.begin = self.offset = self.written
            self.changed.notify_all()

    def rewind(self):
        with self.changed:
            self.offset = 0 if self.path is None or self.file is None else self.begin

    def leave(self):
        """Of a forked process: closes its copies of what is open, which leaves the parent's as they are."""
        with contextlib.suppress(OSError):
            if self.file is not None:
                os.close(self.file)
            if self.folder is not None:
                self.folder.release()
        self.file = None

    def close(self, delivered):
        if self.file is not None:
            os.close(self.file)
            self.file = None
        if self.folder is None:
            return
        with contextlib.suppress(OSError):
            if delivered:
                self.path.unlink()
                if self.folder.temporary and not self.folder.attempts():
                    for file in ("run.json", "lock"):
                        (self.folder.path / file).unlink()
                    self.folder.path.rmdir()
                    self.folder.path.parent.rmdir()
        self.folder.release()


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
    """No answer, or one that says to come again."""

    def __init__(self, text, after_s=None):
        super().__init__(text)
        self.after_s = after_s


class Refused(Exception):
    """An answer that will not change by asking again."""

    def __init__(self, status, text):
        super().__init__(f"{text} (HTTP {status})")
        self.status, self.text = status, text


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect could carry the token to another server."""

    def redirect_request(self, *_arguments):
        return None


class Server:
    """The HTTP API of one server."""

    def __init__(self, url, token):
        self.url, self.token = url.rstrip("/"), token
        parts = urllib.parse.urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refusal(f"{url!r} is no address of a server: it begins with http:// or https://")
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
                text = sentence(error.read(100_000)) or error.reason
            if error.code in (408, 425, 429) or error.code >= 500:
                after = error.headers.get("retry-after", "")
                raise Unreachable(f"{text} (HTTP {error.code})", float(after) if after.isdigit() else None) from None
            raise Refused(error.code, text) from None
        except (OSError, ValueError, socket.timeout) as error:
            raise Unreachable(str(getattr(error, "reason", error))) from None
        except Exception as error:  # http.client has errors of its own
            raise Unreachable(f"{type(error).__name__}: {error}") from None


def sentence(body):
    """What an answer says went wrong."""
    try:
        value = json.loads(body)
        for key in ("error", "message"):
            value = value.get(key, value) if isinstance(value, dict) else value
        return value if isinstance(value, str) else json.dumps(value)[:500]
    except ValueError:
        return body.decode("utf-8", "replace").strip()[:500]


class Sender(threading.Thread):
    """Sends an outbox in order, each event until it is stored or refused for good; before it, what earlier processes left."""

    def __init__(self, server, outbox, say):
        super().__init__(name="collapsar", daemon=True)
        self.server, self.outbox, self.say = server, outbox, say
        self.page, self.stopped, self.closing, self.deadline = None, False, False, None
        self.misses = 0

    def run(self):
        try:
            folder = self.outbox.folder
            for path in folder.attempts() if folder else []:
                if self.outbox.path is not None and path >= self.outbox.path:
                    break
                try:
                    earlier = left_behind(folder, path)
                except (OSError, ValueError, KeyError, TypeError) as error:
                    self._set_aside(path, error)
                    continue
                if self._deliver(earlier, until_end=True):
                    os.close(earlier.file)
                    path.unlink()
            self._deliver(self.outbox, until_end=False)
        except Exception as error:  # noqa: BLE001 - a thread of the training
            self.say(logging.ERROR, f"sending ended: {type(error).__name__}: {error}")
        finally:
            with self.outbox.changed:
                self.stopped = True
                self.outbox.changed.notify_all()

    def drain(self, timeout):
        """Waits until everything is stored, for so long. @returns how many events are not"""
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

    def _deliver(self, outbox, until_end):
        opened, most, rewound = None, BATCH_EVENTS, False
        while not self.stopped:
            with outbox.changed:
                while outbox.seq == outbox.stored and opened is not None and not self.stopped and not until_end:
                    outbox.changed.wait(5.0)
            try:
                if opened is None:
                    opened = self.server.post("/api/v1/external/runs", json.dumps(outbox.opening).encode(), self._time())
                    outbox.stored, self.page = opened["storedThrough"], opened["url"]
                lines, size = outbox.next(most)
                if not lines:
                    if until_end or (self.closing and outbox.waiting() <= 0):
                        return outbox.waiting() <= 0
                    continue
                self._send(outbox, opened, lines, size)
                self.misses, most, rewound = 0, min(BATCH_EVENTS, most * 2), False
            except Unreachable as error:
                self._wait(error)
            except Refused as error:
                if opened is not None and error.status in (400, 413, 422):
                    if len(lines) > 1:
                        most = max(1, len(lines) // 2)
                    else:
                        self._replace(outbox, opened, lines, size, error)
                elif opened is not None and error.status == 409 and not rewound:
                    # The server may have lost what it had acknowledged: it says from where on, and the spool has it.
                    rewound, opened = True, None
                    outbox.rewind()
                else:
                    where = f"; events stay in {outbox.folder.path}" if outbox.folder else ""
                    hint = "the token is wrong, expired, revoked or not of the scope log: " if error.status in (401, 403) else ""
                    self.say(logging.ERROR, f"{self.server.url} refuses this run: {hint}{error}{where}")
                    return False
        return False

    def _send(self, outbox, opened, lines, size):
        fresh = [line.rstrip(b"\n") for line in lines if json.loads(line)["seq"] > outbox.stored]
        stored = outbox.stored
        if fresh:
            body = b'{"attempt":%d,"events":[%s]}' % (opened["attempt"], b",".join(fresh))
            answer = self.server.post(f"/api/v1/external/runs/{opened['runId']}/events", body, self._time())
            stored = answer["storedThrough"]
            for warning in answer.get("warnings") or []:
                if warning not in self.outbox.said:
                    self.outbox.said.add(warning)
                    logger.warning("%s", warning)
        outbox.acknowledge(lines, size, stored)

    def _replace(self, outbox, opened, lines, size, refusal):
        """An event that can never be stored: a line of the run's log takes its number."""
        event = json.loads(lines[0])
        what = event["event"]
        text = f"{what['kind']} of step {what.get('step', '?')} cannot be stored: {refusal}"
        logger.error("%s", text)
        if what["kind"] in ("finished", "failed"):
            event["event"] = {"kind": what["kind"], **({"message": "failed"} if what["kind"] == "failed" else {})}
        else:
            event["event"] = {"kind": "log", "level": "error", "text": text[:4000]}
        try:
            body = json.dumps({"attempt": opened["attempt"], "events": [event]}).encode()
            answer = self.server.post(f"/api/v1/external/runs/{opened['runId']}/events", body, self._time())
            outbox.acknowledge(lines, size, answer["storedThrough"])
        except Refused as error:
            raise Unreachable(str(error)) from None

    def _time(self):
        return REQUEST_S if self.deadline is None else max(0.5, min(REQUEST_S, self.deadline - time.monotonic()))

    def _wait(self, error):
        """Backs off, with jitter, so that trainings do not come back all at once."""
        self.misses += 1
        if self.misses == 1:
            self.say(logging.WARNING, f"{self.server.url} does not answer ({error}): events wait, and are sent once it does")
        wait = error.after_s or min(BACK_OFF_S[1], BACK_OFF_S[0] * 2 ** min(self.misses - 1, 10)) * random.Random().uniform(0.5, 1)
        until = time.monotonic() + wait
        with self.outbox.changed:
            while not self.stopped and time.monotonic() < (min(until, time.monotonic() + 1) if self.closing and not error.after_s else until):
                self.outbox.changed.wait(0.5)
                if self.closing:
                    break


def left_behind(folder, path):
    """The spool of a process that is gone. What it did not end is ended as failed."""
    outbox = Outbox(folder, None, logger.log, path)
    if not outbox.has_end:
        outbox.put({"kind": "failed", "message": "The training's process ended without a word: it was killed, or its machine stopped."})
    return outbox


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

    def first(self, features, y, logits, loss):
        """The first pass, for one part: features [n, d] a layer, labels [n], logits [n, K] or None."""
        if len(y) == 0:
            return
        y = checked_labels(y, len(features[0]), self.given)
        self._grow(int(y.max()) + 1, [layer.shape[1] for layer in features])
        new = np.flatnonzero(self.counts == 0)
        self.counts += np.bincount(y, minlength=self.classes)
        # Each class is summed relative to its first sample: no digits are lost however far it has collapsed.
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
            self.fit += fit_sum(logits.astype(np.float64), y, loss) if loss else 0.0

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
        self.moments = [np.zeros((self.classes, self.classes)) for _ in self.means]
        self.label_misses, self.prediction_misses = [0] * len(self.means), 0
        self.directions = None

    def second(self, features, y, logits, reference):
        """The second pass, for one part, centred on the training set's class means: with c = h − μ_y, m_k = μ_k − μ_G, a = c mᵀ."""
        if self.directions is None:
            self.directions = []
            for means in reference:
                centred = means - means.mean(0)
                distances = np.stack([((centred - row) ** 2).sum(1) for row in centred])
                self.directions.append((centred, distances))
        y = checked_labels(y, len(features[0]), self.given)
        predictions = None if logits is None or logits.ndim != 2 else logits.argmax(1)
        for l, layer in enumerate(features):
            wide = layer.astype(np.float64)
            own = wide - self.means[l][y]
            self.within[l] += np.bincount(y, (own * own).sum(1), self.classes)
            centred, distances = self.directions[l]
            products = (wide - reference[l][y]) @ centred.T
            self.moments[l] += products.T @ products
            nearest = (distances[y] - 2 * products).argmin(1)
            self.label_misses[l] += int((nearest != y).sum())
            if l == len(features) - 1 and predictions is not None:
                self.prediction_misses += int((nearest != predictions).sum())
        self.seen_again += len(y)

    def check_second(self):
        if self.seen_again != self.samples:
            raise Refusal(f"the loader gave {self.samples} samples first and {self.seen_again} the second time: give one that can be read "
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


def fit_sum(z, y, loss):
    """Σ −log softmax(z)_y, or Σ ‖z − e_y‖²/2."""
    at = np.arange(len(y))
    if loss == "mse":
        gap = z.copy()
        gap[at, y] -= 1
        return float(0.5 * (gap * gap).sum())
    over = z - z[at, y][:, None]
    most = np.maximum(over.max(1), 0)
    terms = np.exp(over - most[:, None])
    terms[at, y] = 0
    # exp(−most) − 1 is 0 where the own class is the largest: the digits of a small loss stay.
    return float((most + np.log1p(terms.sum(1) + np.expm1(-most))).sum())


def checked_labels(y, samples, classes):
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1 or len(y) != samples:
        raise Refusal(f"labels have the shape {list(y.shape)}: one whole number a sample is needed, for {samples} samples")
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
        raise Refusal(f"step is {step!r}: it must be a whole number of at least 0")
    return int(step)


def flat_config(config, warn):
    """A nested config as at most 64 keys and values that JSON knows."""
    flat = {}

    def put(key, value):
        if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
            value = value.item()
        if isinstance(value, dict):
            for name, part in value.items():
                put(f"{key}.{name}" if key else str(name), part)
        elif value is None:
            return
        elif isinstance(value, float) and not math.isfinite(value):
            warn(f"config {key} is {value}: it is left out")
        elif len(flat) == CONFIG_KEYS:
            warn(f"config has more than {CONFIG_KEYS} keys: {key} and what follows is left out")
        elif len(key) > KEY_LENGTH:
            warn(f"config key {key[:40]}… is longer than {KEY_LENGTH} characters: it is left out")
        else:
            flat[key] = value if isinstance(value, (bool, int, float)) else str(value)[:TEXT_LENGTH]

    put("", dict(config))
    return flat


# torch ------------------------------------------------------------------------------------------------------------------------


def unwrapped(model):
    """The network itself, without what distributes or compiles it: rank 0 measures alone, and no other process is waited for."""
    for module in model.modules():
        if type(module).__name__ in ("FullyShardedDataParallel", "FSDPModule"):
            raise Refusal("this model is sharded over processes (FSDP): gather its features and call run.features instead")
    while True:
        if hasattr(model, "_orig_mod"):
            model = model._orig_mod
        elif type(model).__name__ in ("DistributedDataParallel", "DataParallel"):
            model = model.module
        else:
            return model


def modules_named(model, names):
    known = dict(model.named_modules())
    for name in names:
        if name.partition(":input")[0] not in known:
            there = [one for one in known if one]
            more = f" and {len(there) - 60} more" if len(there) > 60 else ""
            raise Refusal(f"the model has no layer {name!r}: it has {', '.join(there[:60])}{more}")
    return known


def head_of(model, head, say):
    """W [K, d] and b [K] of a linear classifier, or nothing."""
    module = modules_named(model, [head])[head]
    weight = getattr(module, "weight", None)
    shape = [] if weight is None else [size for at, size in enumerate(weight.shape) if at < 2 or size != 1]
    if len(shape) != 2:
        say(logging.ERROR, f"head {head!r} has no weight [K, d]: it is measured without head")
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
    """Eval mode and no gradients; afterwards each module's mode and each random generator are as before."""
    import torch

    modes = [(module, module.training) for module in model.modules()]
    own = getattr(loader, "generator", None)
    own_state = own.get_state() if own is not None else None
    cpu, python, numpy = torch.get_rng_state(), random.getstate(), np.random.get_state()
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() and torch.cuda.is_initialized() else None
    try:
        model.eval()
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode
        torch.set_rng_state(cpu)
        random.setstate(python)
        np.random.set_state(numpy)
        if own_state is not None:
            own.set_state(own_state)
        if cuda is not None:
            torch.cuda.set_rng_state_all(cuda)


class Probe:
    """Hooks on layers of a model, and what they saw of each batch of a loader."""

    def __init__(self, model, layers, head, pool, forward, labels):
        known = modules_named(model, layers + ([head] if head else []))
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
        # At once, and as a copy: a module that follows may work in place.
        if key is None:
            self.logits = output
        else:
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
                    raise Refusal(f"layer {name!r} took no part in the forward pass: its module is not called there")
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
    """Delivers what crashed or cut-off trainings left in a folder, or in the folders within it. @returns (delivered, left), in events"""
    folder = Path(folder)
    places = [folder] if (folder / "run.json").exists() else sorted(one.parent for one in folder.glob("*/run.json"))
    if not places:
        raise Refusal(f"{folder} holds no run: it needs the folder with run.json, or the one above it")
    delivered = left = 0
    for place in places:
        try:
            opened = Folder(place)
        except Refusal as error:
            logger.warning("%s", error)
            left += 1
            continue
        try:
            for path in opened.attempts():
                try:
                    outbox = left_behind(opened, path)
                except (OSError, ValueError, KeyError, TypeError) as error:
                    logger.error("%s cannot be read (%s): it stays as it is", path, error)
                    left += 1
                    break
                server = Server(url or os.environ.get("COLLAPSAR_URL") or opened.url or "", token or os.environ.get("COLLAPSAR_TOKEN"))
                sender = Sender(server, outbox, lambda level, text: logger.log(level, "%s", text))
                waiting = outbox.waiting()
                sender.start()
                missing = sender.drain(timeout)
                os.close(outbox.file)
                delivered += waiting - missing
                left += missing
                if missing:
                    break
                path.unlink()
        finally:
            opened.release()
    return delivered, left


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="collapsar.py", description="Collapsar's Python client.")
    parser.add_argument("--version", action="version", version=f"collapsar.py {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("sync", help="deliver what a crash left in a spool folder")
    one.add_argument("folder")
    one.add_argument("--url", help="of the server; else COLLAPSAR_URL, or the one of the training")
    one.add_argument("--token", help="else COLLAPSAR_TOKEN, which other users of this machine do not see")
    one.add_argument("--timeout", type=float, default=600.0, help="seconds a run may take (600)")
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
