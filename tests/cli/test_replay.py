"""`testwarden replay` sends what GitHub would have sent, and says what came of it."""

import hashlib
import hmac
import io
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.__main__ import main

BODY = b'{"action": "opened", "zen": "caf\xc3\xa9"}\n'


class Receiver(ThreadingHTTPServer):
    """Keeps the deliveries it gets and answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.answer = (202, b'{"status": "accepted"}')

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/webhook"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        status, answer = self.server.answer
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", "new, old")
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield receiver
        receiver.shutdown()
        thread.join()


@pytest.fixture
def payload(tmp_path):
    path = tmp_path / "payload.json"
    path.write_bytes(BODY)
    return str(path)


def test_a_delivery_as_github_sends_it(server, payload, capsys):
    assert main(["replay", "pull_request", payload, "--url", server.url, "--delivery", "guid-1"]) == 0
    assert capsys.readouterr().out == '202 {"status": "accepted"}\n'
    ((path, headers, body),) = server.got
    assert (path, body) == ("/webhook", BODY)
    assert headers["x-github-event"] == "pull_request"
    assert headers["x-github-delivery"] == "guid-1"
    assert headers["content-type"] == "application/json"
    assert headers["x-hub-signature-256"] == "sha256=" + hmac.new(b"new", BODY, hashlib.sha256).hexdigest()


def test_each_delivery_has_a_guid_of_its_own(server, payload):
    main(["replay", "ping", payload, "--url", server.url])
    main(["replay", "ping", payload, "--url", server.url])
    first, second = (headers["x-github-delivery"] for _, headers, _ in server.got)
    assert first != second


@pytest.mark.parametrize("status", [401, 503, 302])
def test_a_refusal_is_told_and_no_redirect_followed(server, payload, capsys, status):
    server.answer = (status, b"no\x1b[31m\nreally")
    assert main(["replay", "ping", payload, "--url", server.url]) == 1
    said = capsys.readouterr()
    assert said.out == f"{status} no\\u{{1b}}[31m\n"
    assert said.err.startswith(f"testwarden: The server refused the delivery ({status}): see its log")
    assert len(server.got) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["replay", "ping", "missing.json"], "No such file or directory"),
        (["replay", "ping", "BAD"], "is no JSON: take one from the App's page"),
        (["replay", "ping", "DEEP"], "is no JSON: take one from the App's page"),
        (["replay", "ping", "LIST"], "is no JSON object: take one from"),
        (["replay", "a\nb", "GOOD"], "is no event's name: take the value of X-GitHub-Event"),
        (["replay", "ping", "GOOD", "--url", "file:///etc/passwd"], "is no address: pass --url"),
        (["replay", "ping", "GOOD", "--url", "http://127.0.0.1:1/webhook"], "does not answer (ConnectionRefusedError): start it"),
    ],
)
def test_what_cannot_be_sent(arguments, said, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", "new")
    contents = {"BAD": b"{", "LIST": b"[]", "DEEP": b"[" * 100_000, "GOOD": BODY}
    for name, text in contents.items():
        (tmp_path / name).write_bytes(text)
    assert main([str(tmp_path / a) if a in contents else a for a in arguments]) == 64
    out = capsys.readouterr()
    assert out.out == ""
    assert said in out.err
    assert out.err.count("\n") == 1


def test_without_a_secret_nothing_is_sent(payload, capsys, monkeypatch):
    monkeypatch.delenv("GITHUB_WEBHOOK_SECRET", raising=False)
    assert main(["replay", "ping", payload]) == 64
    assert capsys.readouterr().err.startswith("testwarden: GITHUB_WEBHOOK_SECRET is not set: set it to")


def test_standard_input(server, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BODY)))
    assert main(["replay", "ping", "-", "--url", server.url]) == 0
    assert json.loads(server.got[0][2]) == json.loads(BODY)
