"""Small test files, and what is wrong in them."""

TLS = """\
import requests


def test_status():
    answer = requests.get("https://api.parcels-north.io/status", verify=False)
    assert answer.ok
"""
TLS_MOVED = TLS.replace("\n\n\n", "\n\nPLACES = ['north', 'south']\nNAMES = ['ann', 'tim']\n\n\n")
TLS_FIXED = TLS.replace(", verify=False", "")

CALL = """\
    answer = requests.get("https://api.parcels-north.io/status", verify=False)
    assert answer.ok
"""
BETWEEN = "    assert answer.json() == {}\n"
TWICE = TLS + BETWEEN + CALL

FETCH = """\
#!/bin/sh
curl -fsSL https://get.parcels-north.io/cli.sh | bash
"""
FETCH_FIXED = """\
#!/bin/sh
pip install parcels-cli==1.4.2
"""
CLEAN = """\
def test_sum():
    assert 1 + 1 == 2
"""
SLEEPY = """\
import time


def test_arrives():
    while not arrived():
        time.sleep(1)
    assert place() == "north"
"""
