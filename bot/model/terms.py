"""The words of the field that the other nouns are built of."""

from enum import StrEnum


class Tier(StrEnum):
    """The hard wall: only defects decide the verdict and speak inline."""

    DEFECT = "defect"
    CONSIDERATION = "consideration"


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    NOTE = "note"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Side(StrEnum):
    """GitHub's name for the new (RIGHT) and the old (LEFT) side of a diff."""

    RIGHT = "RIGHT"
    LEFT = "LEFT"


class Conclusion(StrEnum):
    CLEAN = "clean"
    DEFECTS = "defects"
    INCONCLUSIVE = "inconclusive"


class Status(StrEnum):
    """How loudly a rule may speak, whatever its tier: SHADOW is computed and counted, never shown."""

    ACTIVE = "active"
    CONSIDERATION = "consideration"
    SHADOW = "shadow"
    OFF = "off"


class Kind(StrEnum):
    """What a file is, which decides the rules that read it. The last three are no test files at the head, and are read for one
    thing each: what a binary among the tests is, what a build file does with one that its pull changes, and which tests went with
    a test file that the pull removes."""

    CODE = "code"
    DATA = "data"
    CONFIG = "config"
    BINARY = "binary"
    BUILD = "build"
    GONE = "gone"

    @property
    def is_test(self) -> bool:
        return self not in (Kind.BINARY, Kind.BUILD, Kind.GONE)


class Cause(StrEnum):
    """Why we look. Of the last four, why we need not: a merge queue asks for its check, the pull was closed, or the App was
    suspended or uninstalled (then `pull` names the installation, and nothing else)."""

    OPENED = "opened"
    PUSHED = "pushed"
    COMMAND = "command"
    RERUN = "rerun"
    SWEEP = "sweep"
    MERGE_GROUP = "merge_group"
    CLOSED = "closed"
    SUSPENDED = "suspended"
    UNINSTALLED = "uninstalled"
