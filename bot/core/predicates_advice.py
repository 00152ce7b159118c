"""The named questions that the considerations ask of a match; registered beside those of predicates.py."""

import re

from bot.core.predicates import predicate
from bot.core.scene import Scene

# Names that only a faked clock has, per ecosystem: anywhere in the file they speak for all of it.
_FAKE_CLOCK_FILE = re.compile(
    r"useFakeTimers|FakeTimers|fake-timers|fakeAsync|ClockMock|time-sensitive|FakeTimeProvider|VirtualTime|TestCoroutineScheduler"
)
# Names that fake it where they stand: one test, its decorators and what its body calls.
_FAKE_CLOCK_SCOPE = re.compile(
    r"(patch|mock|stub|fake|receive|EXPECT_CALL|setattr)\w*[^\n]{0,60}[sS]leep"
    r"|freeze_?time|freezegun|time_machine|travel_to|travel\b|Timecop|synctest\.|start_paused|time::pause|runTest|[fF]akeClock|[mM]ockClock"
)
_DECORATORS = 6  # lines above a test in which its decorators stand


@predicate("fake-clock")
def fake_clock(scene: Scene, text: str) -> bool:
    """The test runs on a clock it moves by hand, so that nothing waits: fake timers in the file, or a sleep that is patched,
    frozen or virtual in the test."""
    return bool(_FAKE_CLOCK_FILE.search(scene.text) or _FAKE_CLOCK_SCOPE.search(_with_decorators(scene)))


def _with_decorators(scene: Scene) -> str:
    above = scene.text.split("\n")[max(0, scene.scope_line - 1 - _DECORATORS) : scene.scope_line - 1]
    return "\n".join([*above, scene.scope])
