"""A process is known to be dead the moment it is, and not before."""

import os
import subprocess
import sys
import time
from pathlib import Path

from bot.jobs.liveness import OLD, Liveness

ANOTHER = """
import sys; from pathlib import Path; from bot.jobs.liveness import Liveness
it = Liveness(Path(sys.argv[1])); print(it.name, flush=True); sys.stdin.read()
"""


def test_another_process_lives_until_it_is_killed(tmp_path):
    here = Liveness(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, "-c", ANOTHER, tmp_path], stdin=-1, stdout=-1, text=True, env=environment) as other:
        name = other.stdout.readline().strip()
        assert here.alive(name)
        assert here.alive(name), "asking changes nothing"
        other.kill()
        other.wait()
        assert not here.alive(name)
    assert [p.name for p in tmp_path.iterdir()] == [f"{here.name}.lock"]
    here.close()


def test_two_in_one_process_see_each_other(tmp_path):
    one, two = Liveness(tmp_path), Liveness(tmp_path)
    assert one.name != two.name
    assert one.alive(two.name)
    assert two.alive(one.name)
    two.close()
    assert not one.alive(two.name)
    assert one.alive(one.name)
    one.close()
    assert list(tmp_path.iterdir()) == []


def test_who_starts_clears_away_what_the_killed_have_left(tmp_path):
    """Nobody asks about a process that was killed with nothing in hand. A young file may be of one that is about to lock it."""
    living = Liveness(tmp_path)
    for name, age in ((living.name, 2 * OLD), ("1-dead", 2 * OLD), ("2-young", 0)):
        path = tmp_path / f"{name}.lock"
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    starts = Liveness(tmp_path)
    assert {p.stem for p in tmp_path.iterdir()} == {living.name, "2-young", starts.name}
    starts.close()
    living.close()


def test_who_was_never_there_is_not_alive(tmp_path):
    here = Liveness(tmp_path)
    assert not here.alive("1-0123456789ab")
    here.close()
