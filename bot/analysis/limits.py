"""What one file, one pull and one child may cost, and how a child binds itself before it reads a byte of a pull request."""

import resource
import signal
import sys
from dataclasses import dataclass

TEXT_LIMIT = 200  # characters of anything a child says about a hit
CACHE_BYTES = 64 << 20  # kingfisher's compiled rules are 2.4 MB


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of CPU, so that a verdict does not depend on what else the machine does: of one file, and of all files of a pull.
    A child that answers nothing for `patience` times a file's seconds is given up, whatever it does with them.
    `start_seconds` bounds a child's start and its first compilation of the token rules, by the clock."""

    file_bytes: int = 3_000_000
    file_seconds: float = 5.0
    pull_seconds: float = 30.0
    patience: float = 4.0
    start_seconds: float = 120.0
    memory: int = 1 << 30
    output: int = 8 << 20


def bind(memory: int, cached: bool) -> None:
    """Bound this process for good, the hard limits with the soft ones: memory, no core dump, no new process or thread, few open
    files, and no writing but the one file of a rule cache."""
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_FSIZE: CACHE_BYTES if cached else 0,
    }
    if sys.platform == "linux":  # elsewhere a limit on the address space is not there, or refuses to go down
        limits[resource.RLIMIT_AS] = memory
    for which, value in limits.items():
        resource.setrlimit(which, (value, value))


def stop_writing() -> None:
    """From here on this process writes to no file at all."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def allow_cpu(seconds: float) -> None:
    """The kernel ends this process (SIGPROF) when it burns this many more seconds of CPU; SIGXCPU stands behind it."""
    used = cpu()
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used + seconds) + 2, hard))
    signal.setitimer(signal.ITIMER_PROF, seconds)


def cpu() -> float:
    """The CPU seconds this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
