"""A receiver that speaks the wire of contract/external/externalRequests.ts, for tests of what the client sends and how often."""
import http.server
import json
import threading


class Receiver:
    """Stores events once, numbered without gaps; `answer` may refuse a request before it is read: (path, body) -> (status, text) or None."""

    def __init__(self, port=0, answer=None):
        self.runs, self.events, self.requests, self.answer = {}, {}, [], answer
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_arguments):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.requests.append((self.path, body))
                refusal = outer.answer and outer.answer(self.path, body)
                status, value = refusal if refusal else (200, outer.take(self.path, body))
                text = json.dumps(value if isinstance(value, dict) else {"error": {"code": "INVALID", "message": value}}).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=lambda: self.server.serve_forever(0.02), daemon=True).start()

    def take(self, path, body):
        if path == "/api/v1/external/runs":
            sessions = self.runs.setdefault(body["runKey"], [])
            if body["session"] not in sessions:
                sessions.append(body["session"])
            attempt = sessions.index(body["session"]) + 1
            stored = self.events.setdefault((body["runKey"], attempt), [])
            return {"experimentId": "e", "runId": body["runKey"], "attempt": attempt, "storedThrough": len(stored), "url": self.url + "/e/e"}
        stored = self.events[(path.split("/")[5], body["attempt"])]
        for event in body["events"]:
            assert event["seq"] <= len(stored) + 1, "a gap"
            if event["seq"] == len(stored) + 1:
                stored.append(event)
        return {"storedThrough": len(stored)}

    def kinds(self, attempt=1):
        return [event["event"]["kind"] for (_key, number), events in self.events.items() if number == attempt for event in events]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
