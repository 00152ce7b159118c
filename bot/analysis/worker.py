"""The child: reads rules once, then one file at a time, and answers each with its hits. `python -m bot.analysis.worker`.

It is where hostile text meets native parsers, so it holds no credential but the key that hashes the values of the file in hand,
writes nothing, and may be killed at any time.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from bot.analysis.detectors import load_all
from bot.analysis.engine import scan
from bot.analysis.forget import forget, remember
from bot.analysis.limits import allow_cpu, bind, cpu, stop_writing
from bot.analysis.plan import Plan
from bot.analysis.tokens import FINDER
from bot.analysis.wire import LENGTH, frame, pack, unframe, unpack
from bot.model import HashKey, Rule, Source

Send = Callable[[dict[str, Any]], None]


def main() -> None:
    inbox = os.fdopen(0, "rb")
    outbox = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a native library that prints must not speak our protocol

    def send(message: dict[str, Any]) -> None:
        outbox.write(frame(message))
        outbox.flush()

    load_all()  # before the rules come, which take the parent as long
    setup = _receive(inbox)
    if setup is not None:
        _serve(setup, inbox, send)


def _serve(setup: dict[str, Any], inbox: BinaryIO, send: Send) -> None:
    bind(unpack(int, setup["memory"]), cached=bool(setup["cache"]))
    seconds, start_seconds, output = unpack(float, setup["seconds"]), unpack(float, setup["start"]), unpack(int, setup["output"])
    plan = Plan(unpack(tuple[Rule, ...], setup["rules"]))

    def before() -> None:
        send({"state": "warming"})
        allow_cpu(start_seconds)

    def after() -> None:
        stop_writing()
        send({"state": "warm"})
        allow_cpu(seconds)

    FINDER.cache = Path(setup["cache"]) if setup["cache"] else None
    FINDER.before, FINDER.after = before, after
    if setup["warm"]:
        FINDER.warm()
    remember()
    send({"state": "ready"})

    while (message := _receive(inbox)) is not None:
        begun = cpu()
        allow_cpu(seconds)
        answer = _answer(message, plan)
        if len(frame(answer)) > output:
            answer = {"failed": "crash"}
        send({"turn": message["turn"], "cpu": cpu() - begun, **answer})
        forget(len(message["source"]["text"]))
        allow_cpu(seconds)  # reading the next file is not the last one's to pay


def _answer(message: dict[str, Any], plan: Plan) -> dict[str, Any]:
    try:
        given = bytes.fromhex(unpack(str, message["key"]))
        return {"hits": pack(scan(unpack(Source, message["source"]), plan, HashKey(given) if given else None))}
    except MemoryError:
        return {"failed": "memory"}
    except BaseException as error:  # ast-grep's PanicException is no Exception; whatever it is, the file is the cause
        return {"failed": "crash", "error": type(error).__name__}


def _receive(inbox: BinaryIO) -> dict[str, Any] | None:
    """The next message, None when the parent has gone."""
    head = inbox.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    return unframe(inbox.read(length))


if __name__ == "__main__":
    main()
