"""Every payload that GitHub is known to have sent, of every event, is taken or ignored, and why is said."""

import json
from collections import Counter

import pytest

from tests.contract import description

SENT = description.HOME / "webhooks.json"
pytestmark = pytest.mark.skipif(not SENT.exists(), reason=description.missing() or "run `sh tests/contract/setup.sh` once")


async def test_each_is_taken_or_ignored_with_a_reason(server):
    said: Counter[str] = Counter()
    for event in json.loads(SENT.read_bytes()):
        for number, example in enumerate(event["examples"]):
            example.setdefault("installation", {"id": 5})
            status, text = await server.post(example, X_GitHub_Event=event["name"], X_GitHub_Delivery=f"{event['name']}-{number}")
            assert status == 202, (event["name"], number, text)
            said[text.split(":")[0].strip()] += 1
            assert text == "Accepted.\n" or text.removeprefix("Ignored: ").strip(".\n"), (event["name"], number)
    assert sum(said.values()) > 300
    assert set(said) == {"Accepted.", "Ignored"}
    assert 10 < said["Accepted."] == len(server.taken)
