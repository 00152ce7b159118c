"""What one file, one pull and one child may cost, and how a child binds itself before it reads a byte of a pull request."""

import resource
import sys
from dataclasses import dataclass

TEXT_LIMIT = 200  # characters of anything a child says about a hit
CACHE_BYTES = 64 << 20  # kingfisher's compiled rules are 2.4 MB


@dataclass(frozen=True, slots=True)
class Limits:
    """`pull_seconds` is analysis time: waiting for a turn behind other pulls costs a pull nothing. `start_seconds` bounds a
    child's start and its first compilation of the token rules."""

    file_bytes: int = 3_000_000
    file_seconds: float = 5.0
    pull_seconds: float = 30.0
    start_seconds: float = 60.0
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
    """The kernel ends this process (SIGXCPU) when it burns this many more seconds of CPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, hard))
