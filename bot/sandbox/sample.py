"""The sandbox's own repository and pull request: a small parcel service whose new tests hold a few defects."""

from dataclasses import dataclass

from bot.core.specimens import github_token
from bot.sandbox.repository import Changes, Pull
from bot.sandbox.state import World

NAME = "acme-post/parcels"

_README = """\
# parcels

Prints shipping labels and follows parcels at the carrier.
"""

_LABELS = """\
from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    name: str
    street: str
    postcode: str

    def lines(self) -> list[str]:
        return [self.name.upper(), self.street, self.postcode]
"""

_CLIENT = """\
import requests

CARRIER = "https://api.parcels-north.io/v2"


class Carrier:
    def __init__(self, token: str) -> None:
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def send(self, label: dict[str, str]) -> str:
        answer = self._session.post(f"{CARRIER}/parcels", json=label, timeout=10)
        answer.raise_for_status()
        return answer.json()["parcel"]
"""

_FOLLOW = """\

    def find_parcel(self, parcel: str) -> str:
        answer = self._session.get(f"{CARRIER}/parcels/{parcel}", timeout=10)
        answer.raise_for_status()
        return answer.json()["place"]
"""

_TEST_LABELS = """\
from parcels.labels import Label


def test_name_is_printed_in_capitals() -> None:
    assert Label("Ada Byron", "1 Mill Lane", "CB2 1RX").lines()[0] == "ADA BYRON"
"""

_TEST_POSTCODE = """\


def test_postcode_is_the_last_line() -> None:
    assert Label("Ada Byron", "1 Mill Lane", "CB2 1RX").lines()[-1] == "CB2 1RX"
"""

_TEST_FOLLOW = """\
import time

import requests

from parcels.client import Carrier

CARRIER = "https://api.parcels-north.io/v2"
TOKEN = @TOKEN@


def test_carrier_answers() -> None:
    answer = requests.get(f"{CARRIER}/status", verify=False, timeout=5)
    assert answer.status_code == 200


def test_parcel_reaches_the_depot() -> None:
    carrier = Carrier(TOKEN)
    for _ in range(20):
        if carrier.find_parcel("7d1f4c1e-52b3-4f0e-9a53-0c2f6d1b8e47") == "depot":
            return
        time.sleep(0.5)
    raise AssertionError("the parcel never reached the depot")
"""

_SETUP = """\
#!/bin/sh
# Prepares a machine for the end-to-end tests.
set -eu
curl -fsSL https://get.parcels-north.io/cli.sh | bash
parcels-cli login --sandbox
"""

_FIXED_SETUP = """\
#!/bin/sh
# Prepares a machine for the end-to-end tests.
set -eu
curl -fsSLo cli.sh https://get.parcels-north.io/cli-2.4.1.sh
echo "$CLI_SHA256  cli.sh" | sha256sum --check -
bash cli.sh
parcels-cli login --sandbox
"""


@dataclass
class Sample:
    """The pull request, and the commit that answers the review, once."""

    pull: Pull
    fix: Changes
    fixed: bool = False


def populate(world: World) -> Sample:
    """Write the sample repository with its pull request into an empty world."""
    repository = world.repository(
        NAME,
        {
            "README.md": _README,
            "parcels/__init__.py": "",
            "parcels/client.py": _CLIENT,
            "parcels/labels.py": _LABELS,
            "tests/test_labels.py": _TEST_LABELS,
        },
    )
    repository.collaborators |= {"mona": "write", "hubot": "maintain"}
    pull = repository.open_pull(
        {
            "README.md": _README + "\nThe tests against the carrier need `tests/e2e/setup.sh` to have run once.\n",
            "parcels/client.py": _CLIENT + _FOLLOW,
            "tests/test_labels.py": _TEST_LABELS + _TEST_POSTCODE,
            "tests/test_follow.py": _TEST_FOLLOW.replace("@TOKEN@", f'"{github_token("sandbox")}"'),
            "tests/e2e/setup.sh": _SETUP,
        },
        title="Follow parcels at the carrier",
        body="Adds `Carrier.find_parcel` and tests it against the carrier's sandbox.",
        author="mona",
        head="follow-parcels",
    )
    fixed = "import os\n" + _TEST_FOLLOW.replace("@TOKEN@", 'os.environ["CARRIER_TOKEN"]').replace(", verify=False", "")
    return Sample(pull, {"tests/test_follow.py": fixed, "tests/e2e/setup.sh": _FIXED_SETUP})
