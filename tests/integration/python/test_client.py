"""The Python client by itself: what it writes, sends and says. Run by client.test.ts, or: python -m unittest discover tests/integration/python"""
import base64
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

here = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(here.parents[2] / "server" / "python"), str(here)]
import collapsar  # noqa: E402
from receiver import Receiver  # noqa: E402

np = collapsar.np
collapsar.BACK_OFF_S = (0.02, 0.1)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class InFolder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name) / "run"
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)

    def begin(self, url=None, token="token", **more):
        return collapsar.run(url or self.receiver.url, token, **{"study": "A study", "config": {"seed": 1}, "folder": self.path, **more})

    def finish(self, run, timeout=10, **more):
        run.finish(timeout=timeout, **more)
        if run._sender:
            run._sender.join(10)
            self.assertFalse(run._sender.is_alive(), "its thread has ended")


class Delivery(InFolder):
    def test_events_are_numbered_and_stored_once(self):
        with self.assertLogs("collapsar", "WARNING") as said:
            with self.begin(config={"optimizer": {"lr": 0.1}, "bad": float("nan"), "none": None, "list": [1, 2]}) as run:
                run.log({"loss": 1.5, "accuracy": 1}, step=3)
                run.log({"loss": float("inf")}, step=4)
                run.log({"loss": 0.5}, step=-1)
                run.log({"loss": "much"}, step=5)
        self.assertEqual(self.receiver.requests[0][1]["config"], {"optimizer.lr": 0.1, "list": "[1, 2]"})
        events = [e["event"] for e in next(iter(self.receiver.events.values()))]
        self.assertEqual(events[0], {"kind": "scalars", "step": 3, "values": {"loss": 1.5, "accuracy": 1.0}})
        self.assertEqual(events[1]["text"], "log: loss is inf at step 4: it is left out where it is not finite")
        self.assertEqual(events[2]["text"], "log: step is -1: it must be a whole number, 0 or more")
        self.assertEqual(events[3]["text"], "log: loss is 'much': it is left out, as it is no number")
        self.assertEqual(events[-1], {"kind": "finished", "step": 4})
        self.assertEqual(len(said.output), 4, said.output)

    def test_an_exception_of_the_training_passes_and_is_told(self):
        with self.assertRaises(ZeroDivisionError):
            with self.begin():
                1 / 0
        self.assertEqual(next(iter(self.receiver.events.values()))[-1]["event"], {"kind": "failed", "message": "ZeroDivisionError: division by zero"})

    def test_a_server_that_is_away_stops_nothing_and_sync_delivers_once(self):
        port = free_port()
        with self.assertLogs("collapsar", "WARNING") as said:
            run = self.begin(f"http://127.0.0.1:{port}")
            started = time.monotonic()
            for step in range(1000):
                run.log({"loss": step}, step)
            self.assertLess(time.monotonic() - started, 20)
            self.finish(run, timeout=0.2)
        self.assertEqual(len([line for line in said.output if "does not answer" in line]), 1)
        self.assertIn("were not delivered: python", said.output[-1])
        self.assertNotIn("token", "".join(one.read_text() for one in self.path.glob("*") if one.name != "collapsar.lock"))
        receiver = Receiver(port)
        self.addCleanup(receiver.stop)
        with mock.patch.dict(os.environ, {"COLLAPSAR_TOKEN": "token"}):
            delivered, left = collapsar.sync(self.path)
            self.assertEqual(left, 0)
            self.assertEqual(collapsar.sync(self.path), (0, 0))
        stored = [e["event"] for e in next(iter(receiver.events.values()))]
        self.assertEqual([e["values"]["loss"] for e in stored if e["kind"] == "scalars"], list(range(1000)))
        self.assertEqual([e["kind"] for e in stored].count("finished"), 1)
        self.assertEqual(delivered, len(stored))

    def test_a_killed_training_is_delivered_and_its_next_start_is_the_next_attempt(self):
        port = free_port()
        script = (f"import sys; sys.path.insert(0, {str(here.parents[2] / 'server' / 'python')!r}); import collapsar, time\n"
                  f"run = collapsar.run('http://127.0.0.1:{port}', 'token', study='A study', config={{'seed': 1}}, folder={str(self.path)!r})\n"
                  "for step in range(50): run.log({'loss': step}, step)\nprint('ready', flush=True); time.sleep(60)")
        child = subprocess.Popen([sys.executable, "-B", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(child.stdout.close)
        self.assertEqual(child.stdout.readline(), b"ready\n")
        with self.assertLogs("collapsar", "ERROR") as said:
            self.begin()  # while it runs
        self.assertIn("belongs to a process that is still running", said.output[0])
        child.send_signal(signal.SIGKILL)
        child.wait()
        spool = next(self.path.glob("collapsar-*.ndjson"))
        spool.write_bytes(spool.read_bytes() + b'{"seq": 52, "at": 1, "eve')  # it was writing when it died
        receiver = Receiver(port)
        self.addCleanup(receiver.stop)
        run = self.begin(receiver.url)
        run.log({"loss": 99}, 50)
        self.finish(run)
        self.assertEqual(len(receiver.runs), 1, "one run")
        first = [e["event"] for (_key, attempt), events in receiver.events.items() if attempt == 1 for e in events]
        self.assertEqual([e["values"]["loss"] for e in first if e["kind"] == "scalars"], list(range(50)))
        self.assertEqual(first[-1]["kind"], "failed")
        self.assertEqual(receiver.kinds(2), ["scalars", "finished"])
        self.assertEqual([one.name for one in self.path.iterdir() if one.suffix == ".ndjson"], [])

    def test_a_server_restart_loses_and_doubles_nothing(self):
        port = free_port()
        first = Receiver(port)
        run = self.begin(first.url)
        run.log({"loss": 0}, 0)
        while not first.kinds():
            time.sleep(0.01)
        first.stop()
        run.log({"loss": 1}, 1)
        time.sleep(0.1)
        second = Receiver(port)
        self.addCleanup(second.stop)
        second.runs, second.events = first.runs, first.events
        self.finish(run)
        self.assertEqual([k for k in second.kinds() if k != "log"], ["scalars", "scalars", "finished"])

    def test_an_answer_that_was_lost_doubles_nothing(self):
        lost = []

        def lose(path, body):
            if path.endswith("/events") and not lost:
                lost.append(self.receiver.take(path, body))
                return 503, "away"

        self.receiver.answer = lose
        with self.begin() as run:
            run.log({"loss": 0}, 0)
        self.assertEqual([k for k in self.receiver.kinds() if k != "log"], ["scalars", "finished"])

    def test_a_server_that_lost_what_it_had_acknowledged_is_sent_it_again(self):
        run = self.begin()
        run.log({"loss": 0}, 0)
        while not self.receiver.kinds():
            time.sleep(0.01)
        next(iter(self.receiver.events.values())).clear()
        self.receiver.answer = lambda path, body: (
            (409, "events 1 to 1 are missing") if path.endswith("/events") and not self.receiver.kinds() and body["events"][0]["seq"] > 1 else None)
        run.log({"loss": 1}, 1)
        self.finish(run)
        self.assertEqual([k for k in self.receiver.kinds() if k != "log"], ["scalars", "scalars", "finished"])

    def test_a_wrong_token_is_said_once_and_the_spool_stays(self):
        self.receiver.answer = lambda _path, _body: (401, "This token is unknown.")
        with self.assertLogs("collapsar", "ERROR") as said:
            run = self.begin()
            run.log({"loss": 0}, 0)
            run._sender.join(10)
            run.log({"loss": 1}, 1)
            self.finish(run)
        self.assertIn("the token is wrong, expired, revoked or not of scope log: This token is unknown. (HTTP 401)", said.output[0])
        self.assertEqual(len([line for line in said.output if "refuses" in line]), 1)
        self.receiver.answer = None
        self.assertEqual(collapsar.sync(self.path, token="right")[1], 0)
        self.assertEqual(self.receiver.kinds().count("scalars"), 2)

    def test_an_event_that_can_never_be_stored_does_not_hold_up_the_others(self):
        self.receiver.answer = lambda path, body: (
            (400, "step is too large") if path.endswith("/events") and any(e["event"].get("step") == 7 for e in body["events"]) else None)
        with self.assertLogs("collapsar", "ERROR") as said:
            with self.begin() as run:
                for step in range(20):
                    run.log({"loss": step}, step)
        self.assertIn("scalars of step 7 cannot be stored: step is too large (HTTP 400)", said.output[0])
        kinds = self.receiver.kinds()
        self.assertEqual((kinds.count("scalars"), kinds.count("log"), kinds[-1]), (19, 1, "finished"))

    def test_a_redirect_is_not_followed(self):
        other = Receiver()
        self.addCleanup(other.stop)
        real = self.receiver.server.RequestHandlerClass

        def redirect(handler):
            handler.rfile.read(int(handler.headers["content-length"]))
            handler.send_response(302)
            handler.send_header("location", other.url + "/api/v1/external/runs")
            handler.send_header("content-length", "0")
            handler.end_headers()

        with mock.patch.object(real, "do_POST", redirect), self.assertLogs("collapsar", "ERROR"):
            run = self.begin()
            run._sender.join(10)
            self.finish(run, timeout=1)
        self.assertEqual(other.requests, [])

    def test_a_forked_process_does_nothing(self):
        if not hasattr(os, "fork"):
            self.skipTest("no fork here")
        run = self.begin()
        child = os.fork()
        if child == 0:
            run.log({"loss": 666}, 1)
            run.finish()
            os._exit(0)
        os.waitpid(child, 0)
        run.log({"loss": 1}, 1)
        self.finish(run)
        self.assertEqual(self.receiver.kinds(), ["scalars", "finished"])

    def test_other_ranks_report_nothing(self):
        with mock.patch.dict(os.environ, {"RANK": "1"}):
            with self.begin() as run:
                run.log({"loss": 1}, 1)
                self.assertIsNone(run.url)
        self.assertEqual(self.receiver.requests, [])
        self.assertFalse(self.path.exists())


class Faults(InFolder):
    """What goes wrong at the wrong moment."""

    def killed(self, port, steps, before=""):
        """A training that reports some steps and is killed, once `before` has happened."""
        script = (f"import sys; sys.path.insert(0, {str(here.parents[2] / 'server' / 'python')!r}); import collapsar, time\n"
                  f"collapsar.BATCH_BYTES = 2000\n"
                  f"run = collapsar.run('http://127.0.0.1:{port}', 'token', study='A study', folder={str(self.path)!r})\n"
                  f"for step in range({steps}): run.log({{'loss': step}}, step)\n{before}\nprint('ready', flush=True); time.sleep(60)")
        child = subprocess.Popen([sys.executable, "-B", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(child.stdout.close)
        self.assertEqual(child.stdout.readline(), b"ready\n")
        child.send_signal(signal.SIGKILL)
        child.wait()
        return next(self.path.glob("collapsar-*.ndjson"))

    def stored(self, receiver=None):
        return [e["event"] for e in next(iter((receiver or self.receiver).events.values()))]

    def losses(self):
        return [e["values"]["loss"] for e in self.stored() if e["kind"] == "scalars"]

    def test_a_network_that_goes_while_an_event_is_replaced(self):
        answers = [(503, "away")]

        def answer(path, body):
            kinds = [e["event"]["kind"] for e in body.get("events", [])]
            return (400, "no") if "scalars" in kinds else answers.pop() if kinds == ["log"] and answers else None

        self.receiver.answer = answer
        with self.assertLogs("collapsar", "WARNING"):
            with self.begin() as run:
                run.log({"loss": 0}, 0)
        self.assertEqual(answers, [])
        self.assertEqual(self.stored()[0], {"kind": "log", "level": "error", "text": "scalars of step 0 cannot be stored: no (HTTP 400)"})
        self.assertEqual(self.stored()[-1]["kind"], "finished")

    def test_a_server_that_fails_for_one_event_holds_up_no_other(self):
        self.receiver.answer = lambda path, body: (
            (500, "Something went wrong.") if path.endswith("/events") and any(e["event"].get("step") == 2 for e in body["events"]) else None)
        with mock.patch.object(collapsar, "FAULTS", 3), self.assertLogs("collapsar", "WARNING"):
            with self.begin() as run:
                for step in range(5):
                    run.log({"loss": step}, step)
        self.assertEqual(self.losses(), [0, 1, 3, 4])

    def test_a_training_killed_after_its_spool_was_emptied_is_ended(self):
        all_sent = "while run._outbox.stored < 100 or run._outbox.seq > run._outbox.stored: time.sleep(0.01)\ntime.sleep(0.1)"
        spool = self.killed(self.receiver.port, 100, all_sent)
        self.assertEqual(len(spool.read_bytes().splitlines()), 1, "all was sent, and the heading alone is left")
        self.assertEqual(collapsar.sync(self.path, token="token"), (1, 0))
        self.assertEqual(self.losses(), list(range(100)))
        self.assertEqual([e["kind"] for e in self.stored()].count("failed"), 1)

    def test_a_machine_that_kept_less_than_it_had_sent(self):
        spool = self.killed(self.receiver.port, 3, "while run._outbox.stored < 3: time.sleep(0.01)")
        spool.write_bytes(b"".join(spool.read_bytes().splitlines(keepends=True)[:2]))
        self.assertEqual(collapsar.sync(self.path, token="token"), (1, 0))
        self.assertEqual(self.losses(), [0, 1, 2])
        self.assertEqual(self.stored()[-1]["kind"], "failed")

    def test_damaged_lines_of_a_spool_cost_no_others(self):
        port = free_port()
        spool = self.killed(port, 20)
        lines = spool.read_bytes().splitlines(keepends=True)
        at = {json.loads(line)["event"]["step"]: i for i, line in enumerate(lines) if b'"scalars"' in line}
        lines[at[4]] = b"\x00" * (len(lines[at[4]]) - 1) + b"\n"
        lines[at[8]] = lines[at[8]].replace(b'{"seq": ', b'{"seq": 9')
        spool.write_bytes(b"".join(lines))
        receiver = Receiver(port)
        self.addCleanup(receiver.stop)
        with self.assertLogs("collapsar", "ERROR") as said:
            self.assertEqual(collapsar.sync(self.path, token="token")[1], 0)
        self.assertIn("of its lines are damaged; the file as it was is collapsar-0001.unusable", said.output[0])
        self.assertTrue((self.path / "collapsar-0001.unusable").exists())
        kept = [e["values"]["loss"] for e in self.stored(receiver) if e["kind"] == "scalars"]
        self.assertEqual(kept, [loss for loss in range(20) if loss not in (4, 8)])
        self.assertEqual(len([e for e in self.stored(receiver) if "was damaged" in e.get("text", "")]), 2)

    def test_what_a_server_does_not_take_of_an_opening_is_left_out(self):
        def answer(path, body):
            if path.endswith("/runs") and "objective" in body:
                return 400, {"error": {"code": "INVALID", "message": "features with a ridge need featureDecay",
                                       "issues": [{"path": ["objective", "featureDecay"], "message": "…"}]}}

        self.receiver.answer = answer
        with self.assertLogs("collapsar", "ERROR") as said:
            with self.begin(objective={"loss": "ce", "features": "ridge"}, note="kept") as run:
                run.log({"loss": 0}, 0)
        self.assertIn("objective cannot be stored, and is left out: features with a ridge need featureDecay", said.output[0])
        self.assertEqual(self.losses(), [0])
        self.assertEqual(self.receiver.requests[1][1]["note"], "kept")

    def test_another_program_that_answers_is_no_server(self):
        with mock.patch.object(self.receiver, "take", lambda _path, _body: {"ok": True}), self.assertLogs("collapsar", "ERROR") as said:
            run = self.begin()
            run.log({"loss": 0}, 0)
            run._sender.join(10)
            self.finish(run, timeout=1)
        self.assertIn("the server that answers is not a Collapsar server", said.output[0])
        self.assertEqual(collapsar.sync(self.path, token="token")[1], 0)
        self.assertEqual(self.losses(), [0])

    def test_a_tree_of_folders_is_delivered(self):
        port = free_port()
        with self.assertLogs("collapsar", "WARNING"):
            for name in ("a/0", "a/1", "b"):
                run = self.begin(f"http://127.0.0.1:{port}", folder=self.path / name)
                run.log({"loss": 0}, 0)
                self.finish(run, timeout=0)
        receiver = Receiver(port)
        self.addCleanup(receiver.stop)
        self.assertEqual(collapsar.sync(self.path, token="token")[1], 0)
        self.assertEqual(len(receiver.runs), 3)


class Callers(InFolder):
    """Whatever a caller hands over, its training goes on."""

    def test_configs_of_every_kind(self):
        import argparse
        import dataclasses
        import enum
        import pathlib

        @dataclasses.dataclass
        class Optimizer:
            lr: float = 0.1

        class Colour(enum.Enum):
            RED = 1

        class Hostile:
            __slots__ = ()

            def __repr__(self):
                raise RuntimeError("no text")

        cases = [
            (argparse.Namespace(depth=18, optimizer={"lr": 0.1}), {"depth": 18, "optimizer.lr": 0.1}),
            (Optimizer(), {"lr": 0.1}),
            ({"path": pathlib.PurePosixPath("/data"), "big": 10**400, "c": Colour.RED, "": 1, "__proto__": 1, "x" * 121: 1, "a\u200b\nb": 2},
             {"path": "/data", "big": str(10**400), "c": "Colour.RED", "ab": 2}),
            ({"bad": Hostile()}, {}),
            (["a list"], {}),
            (7, {}),
            (None, {}),
            ({str(i): i for i in range(70)}, {str(i): i for i in range(64)}),
        ]
        with self.assertLogs("collapsar", "WARNING"):
            for at, (config, expected) in enumerate(cases):
                with self.subTest(config=at):
                    with self.begin(config=config, folder=self.path / str(at)):
                        pass
                    self.assertEqual([body for path, body in self.receiver.requests if path.endswith("/runs")][-1]["config"], expected)

    def test_arguments_that_are_none(self):
        for at, more in enumerate([{"class_names": 5}, {"layers": 5}, {"classes": "x"}, {"objective": 7}, {"total_steps": "many"},
                                   {"resumed_from_step": "x"}, {"study": None}, {"study": ""}, {"study": "x" * 1000}, {"folder": 5}]):
            with self.subTest(more=more), self.assertLogs("collapsar", "WARNING"):
                with self.begin(**{"folder": self.path / str(at), **more}) as run:
                    run.log({"loss": 1}, 1)
                    run.log(None, 1)
                    run.measure(None, None, layers=None, step=1)
                    run.features(None, None, step="x")
        names = [body["study"] for path, body in self.receiver.requests if path.endswith("/runs")]
        self.assertIn("x" * 120, names)
        self.assertIn("Unnamed study", names)

    def test_one_bad_value_costs_no_other(self):
        with self.assertLogs("collapsar", "WARNING"), self.begin() as run:
            run.log({"loss": 1, "picture": object(), "many": [1, 2], "none": None}, 1)
            run.log({f"m{i}": i for i in range(1200)}, 2)
        events = [e["event"] for e in next(iter(self.receiver.events.values())) if e["event"]["kind"] == "scalars"]
        self.assertEqual(events[0]["values"], {"loss": 1.0})
        self.assertEqual([len(e["values"]) for e in events[1:]], [500, 500, 200])

    def test_a_token_as_a_file_has_it(self):
        with self.begin(token=" token\n") as run:
            run.log({"loss": 1}, 1)
        self.assertEqual(self.receiver.kinds(), ["scalars", "finished"])
        with self.assertLogs("collapsar", "ERROR") as said, self.begin(token="secret\nx: y", folder=self.path / "b"):
            pass
        self.assertIn("the token has blanks", said.output[0])
        self.assertNotIn("secret", "".join(said.output))

    def test_an_exception_without_a_text_is_the_users_own(self):
        class Wordless(Exception):
            def __str__(self):
                raise RuntimeError("no text")

        with self.assertRaises(Wordless), self.begin():
            raise Wordless
        self.assertEqual(next(iter(self.receiver.events.values()))[-1]["event"], {"kind": "failed", "message": "Wordless"})
        with self.assertRaises(KeyboardInterrupt), self.begin(folder=self.path / "b"):
            raise KeyboardInterrupt
        self.assertEqual(list(self.receiver.events.values())[-1][-1]["event"], {"kind": "failed", "message": "KeyboardInterrupt"})

    def test_a_redirect_is_named(self):
        def redirect(handler):
            handler.rfile.read(int(handler.headers["content-length"]))
            handler.send_response(308)
            handler.send_header("location", "https://collapsar.example.org/")
            handler.send_header("content-length", "0")
            handler.end_headers()

        with mock.patch.object(self.receiver.server.RequestHandlerClass, "do_POST", redirect), self.assertLogs("collapsar", "ERROR") as said:
            run = self.begin()
            run._sender.join(10)
            self.finish(run, timeout=1)
        self.assertIn("the server redirects to https://collapsar.example.org/: give that address, if you trust it", said.output[0])


class BadPlaces(InFolder):
    def test_files_of_others_in_a_folder_of_checkpoints_stay(self):
        self.path.mkdir()
        theirs = {name: f"mine: {name}" for name in ("run.json", "lock", "attempt-0001.ndjson", "last.ckpt")}
        for name, text in theirs.items():
            (self.path / name).write_text(text)
        (self.path / "collapsar.json").write_text('{"theirs": 1}')
        with self.begin() as run:
            run.log({"loss": 1}, 1)
        self.assertEqual({name: (self.path / name).read_text() for name in theirs}, theirs)
        self.assertEqual((self.path / "collapsar.json.unusable").read_text(), '{"theirs": 1}')
        self.assertEqual(self.receiver.kinds(), ["scalars", "finished"])

    def test_a_file_system_without_locks(self):
        try:
            import fcntl
        except ImportError:
            self.skipTest("no flock here")
        with mock.patch.object(fcntl, "flock", side_effect=OSError(38, "Function not implemented")), self.assertLogs("collapsar", "WARNING") as said:
            with self.begin() as run:
                run.log({"loss": 1}, 1)
        self.assertIn("cannot be locked", said.output[0])
        self.assertEqual(self.receiver.kinds(), ["scalars", "finished"])

    def test_a_folder_that_cannot_be_made_leaves_memory(self):
        self.path.write_text("a file")
        with self.assertLogs("collapsar", "ERROR") as said:
            with self.begin() as run:
                run.log({"loss": 1}, 1)
        self.assertIn("events are kept in memory", said.output[0])
        self.assertEqual([k for k in self.receiver.kinds() if k != "log"], ["scalars", "finished"])

    def test_a_disk_that_is_full_leaves_memory_and_nothing_is_lost(self):
        write = os.write

        def full(file, data):
            if b'"step": 5' in data:
                write(file, data[:10])
                raise OSError(28, "No space left on device")
            return write(file, data)

        with mock.patch.object(collapsar.os, "write", full), self.assertLogs("collapsar", "ERROR") as said:
            with self.begin() as run:
                for step in range(10):
                    run.log({"loss": step}, step)
        self.assertIn("No space left on device", said.output[0])
        self.assertEqual(self.receiver.kinds(), ["scalars"] * 10 + ["finished"])

    def test_memory_is_bounded(self):
        self.path.write_text("a file")
        with mock.patch.object(collapsar, "MEMORY_BYTES", 2000), self.assertLogs("collapsar", "ERROR"):
            run = self.begin(f"http://127.0.0.1:{free_port()}")
            for step in range(1000):
                run.log({"loss": step}, step)
            self.assertLess(run._outbox.memory_bytes, 2001)
            self.assertGreater(run._outbox.dropped, 900)
            self.finish(run, timeout=0.1)

    def test_a_damaged_spool_is_set_aside(self):
        self.path.mkdir()
        (self.path / "collapsar-0001.ndjson").write_text("nonsense\n")
        with self.assertLogs("collapsar", "ERROR") as said:
            with self.begin() as run:
                run.log({"loss": 1}, 1)
        self.assertIn("set aside as collapsar-0001.unusable", said.output[0])
        self.assertEqual(self.receiver.kinds().count("scalars"), 1)

    def test_what_cannot_be_is_said(self):
        for url, words in ((None, "no server"), ("ftp://x", "not the address of a server")):
            with self.subTest(url=url), self.assertLogs("collapsar", "ERROR") as said, mock.patch.dict(os.environ, {}, clear=True):
                with collapsar.run(url, "token", study="A study", folder=self.path) as run:
                    run.log({"loss": 1}, 1)
                    run.measure(None, None, layers=["a"], step=1)
                self.assertIn(words, said.output[0])
        with self.assertRaises(collapsar.Refusal):
            collapsar.sync(self.folder.name + "/nothing")


class Features(InFolder):
    def setUp(self):
        super().setUp()
        if np is None:
            self.skipTest("no numpy here")

    @staticmethod
    def read(text):
        return np.frombuffer(base64.b64decode(text), "<f8").tolist()

    def sums(self):
        return [e["event"] for events in self.receiver.events.values() for e in events if e["event"]["kind"] == "sums"]

    def test_class_sums_of_a_small_set(self):
        with self.begin() as run:
            run.features([[0, 0], [2, 0], [5, 1], [5, 3]], [0, 0, 1, 1], [[1, 0], [0, 1]], [0.0, 0.5], step=2)
        (one,) = self.sums()
        layer = one["layers"][0]
        self.assertEqual(self.read(layer["counts"]), [2, 2])
        self.assertEqual(self.read(layer["means"]), [1, 0, 5, 2])
        self.assertEqual(self.read(layer["within"]), [2, 2])
        # μ_k − μ_G = ±(−2, −1), so a = ±(−2c₁ − c₂): c₁ = ±1 of class 0 and c₂ = ±1 of class 1.
        self.assertEqual(self.read(layer["moments"]), [10, -10, -10, 10])
        self.assertEqual((layer["labelMisses"], one["accuracy"]), (0, 0.25))

    def test_many_classes(self):
        y = np.arange(200) % 100
        H = np.random.default_rng(0).standard_normal((200, 3))
        with self.begin() as run:
            run.features(H, y, step=1)
            run.features(H, y, step=1, split="test")
        centred = H - (H[:100] + H[100:])[y] / 2
        for one in self.sums():
            layer = one["layers"][0]
            # Fewer dimensions than classes: the moments are those of the deviations.
            np.testing.assert_allclose(np.reshape(self.read(layer["moments"]), (3, 3)), centred.T @ centred, rtol=1e-12)
            self.assertGreater(layer["labelMisses"], 0)

    def test_what_is_too_large_for_one_request_goes_in_several(self):
        with mock.patch.object(collapsar, "EVENT_BYTES", 10), self.begin() as run:
            sums = collapsar.SplitSums(["a", "b", "c"], 2, np.eye(2))
            H, y = np.eye(2), np.array([0, 1])
            sums.first([H, H, H], y, H, None)
            sums.settle()
            sums.second([H, H, H], y, H, sums.means)
            run._send_sums(sums, 1, "train", True, None, None)
        self.assertEqual([[layer["name"] for layer in one["layers"]] for one in self.sums()], [["a"], ["b"], ["c"]])
        self.assertEqual(["head" in one and "accuracy" in one for one in self.sums()], [False, False, True])

    def test_what_cannot_be_measured_is_said_and_the_training_goes_on(self):
        cases = [
            ([[float("nan")], [1]], [0, 1], "layer 'features' has a feature that is not finite"),
            ([[1], [2]], [0, -1], "label -1 is out of range"),
            ([[1], [2]], [0, 5], "label 5 is out of range: labels go from 0 to 1"),
            ([[1], [2]], [0, 0.5], "labels must be whole numbers from 0"),
            ([[1], [2]], [0], "labels have the shape [1]: one whole number per sample is needed, for 2 samples"),
        ]
        with self.assertLogs("collapsar", "ERROR") as said:
            with self.begin() as run:
                for H, y, _words in cases:
                    run.features(H, y, [[1], [2]], step=1)
        for (_H, _y, words), line in zip(cases, said.output):
            self.assertIn(words, line)
        self.assertEqual(self.sums(), [])
        self.assertEqual(self.receiver.kinds()[-1], "finished")


if __name__ == "__main__":
    logging.getLogger("collapsar").addHandler(logging.NullHandler())
    logging.getLogger("collapsar").propagate = False
    unittest.main()
