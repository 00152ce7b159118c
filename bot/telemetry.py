"""Logs and metrics. Every line passes one door, where secrets and tokens are taken out; every label is bounded."""

import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.stdlib import BoundLogger
from structlog.typing import Processor

from bot.model import Job, Outcome

REDACTED = "[redacted]"
VALUE_LIMIT = 2000  # characters of one value; nothing we log on purpose is longer
# GitHub's tokens (an installation token may hold a JWT: dots, dashes), any JWT, any PEM private key, credentials in an address.
_SECRET = re.compile(
    r"gh[a-z]_[A-Za-z0-9._-]{16,}"
    r"|github_pat_[A-Za-z0-9_]{16,}"
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----BEGIN)[\s\S])*?(?:-----END [A-Z ]*-----|\Z)"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"
)

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, which nobody reads

logger: BoundLogger = structlog.stdlib.get_logger("testwarden")


# --- logs ---------------------------------------------------------------------------------------------------------------


class Redactor:
    """Takes the configured secrets, and whatever looks like a token or a private key, out of every value of a log line."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._configured = sorted({s for s in secrets if s.strip()}, key=len, reverse=True)

    def text(self, value: str) -> str:
        for secret in self._configured:
            value = value.replace(secret, REDACTED)
        return _SECRET.sub(REDACTED, value)

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {self.text(str(key)): self._clean(value) for key, value in event.items()}

    def _clean(self, value: object) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {self.text(str(k)): self._clean(v) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean(v) for v in value]
        return self.text(value if isinstance(value, str) else repr(value))[:VALUE_LIMIT]


def describe(error: BaseException) -> dict[str, Any]:
    """An exception as log fields: its type, its causes' types, and the places it passed; never its message, which may hold
    text from a pull request or a secret."""
    kinds: list[str] = []
    link: BaseException | None = error
    while link is not None and len(kinds) < 5:
        kinds.append(type(link).__name__)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return {"error": " < ".join(kinds), "at": _places(error.__traceback__)}


def _places(traceback: TracebackType | None) -> list[str]:
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{'/'.join(Path(code.co_filename).parts[-2:])}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places[-8:]


def _described(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    info = event.pop("exc_info", None)
    if isinstance(info, tuple):
        info = info[1]
    elif info and not isinstance(info, BaseException):
        info = sys.exc_info()[1]
    return {**event, **describe(info)} if info else event


def configure(level: str = "INFO", secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Send every log line of the process, our libraries' too, through the redacting door to `stream` (standard error):
    one JSON object a line, or readable text on a terminal."""
    stream = stream or sys.stderr
    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: Processor = structlog.dev.ConsoleRenderer() if stream.isatty() else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _described, Redactor(secrets), render],
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)  # libraries speak up only when something is wrong
    logging.getLogger("testwarden").setLevel(level)
    library = logging.getLogger("dbos")  # adds a handler of its own, past this door, unless it finds one
    library.handlers[:] = [handler]
    library.propagate = False


@contextmanager
def about(job: Job) -> Iterator[None]:
    """Every line logged inside names the delivery, the pull and the head."""
    pull = f"{job.pull.repository_id}#{job.pull.number}"
    with bound_contextvars(delivery=job.delivery, installation=job.pull.installation, pull=pull, head=job.head or "current"):
        yield


# --- metrics ------------------------------------------------------------------------------------------------------------

_SLUG = re.compile(r"[^a-z]+")
_EVENTS = frozenset(
    "check_run check_suite installation installation_repositories installation_target issue_comment merge_group ping "
    "pull_request pull_request_review pull_request_review_comment pull_request_review_thread push repository".split()
)
_LABELS = 64  # more different values of one label than this are "other"


class Metrics:
    """Everything /metrics shows. Labels come from closed sets, or are cut off after 64 different values: no text from outside
    can make the process grow. `budgets` tells, when asked, what few installations have used: the number, the seconds for which it
    is blocked, and the share of each limit, by its name."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._seen: dict[str, set[str]] = {}

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"testwarden_{name}", text, labels, registry=registry)

        self._deliveries = counter("deliveries", "Webhook deliveries by event and what became of them.", "event", "outcome")
        self._ignored = counter("ignored", "Deliveries that asked for nothing, by reason.", "reason")
        self._reviews = counter("reviews", "Runs by how they ended.", "ended")
        self._verdicts = counter("verdicts", "Published verdicts.", "verdict")
        self._findings = counter(
            "findings", "Findings by rule and tier; shadow: found by a rule that may not speak yet.", "rule", "tier"
        )
        self._ungrounded = counter("ungrounded", "Findings dropped because their quote did not stand on their line.", "rule")
        self._skipped = counter("skipped_files", "Changed files that were not analysed, by reason.", "reason")
        self._requests = counter("api_requests", "Requests to GitHub by operation and status class.", "operation", "status")
        self._retries = counter("retries", "Runs put off, by reason.", "reason")
        self._dead = counter("dead_letters", "Jobs given up, by reason.", "reason")
        self._acknowledged = Histogram(
            "testwarden_webhook_seconds",
            "From a delivery's first byte to its answer.",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
            registry=registry,
        )
        self._took = Histogram(
            "testwarden_review_seconds",
            "From a run's start to its end.",
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
            registry=registry,
        )
        self._depth = Gauge("testwarden_inbox_depth", "Deliveries accepted and not yet turned into runs.", registry=registry)
        self._jobs = Gauge(
            "testwarden_jobs",
            "Jobs in the database by state, those of all processes; dead: given up, see `testwarden jobs list`.",
            ["state"],
            registry=registry,
        )
        self._sweeps = counter("swept", "What sweeps found and mended.", "what")
        self.budgets: Callable[[], Iterable[tuple[int, float, Mapping[str, float]]]] = lambda: ()
        registry.register(_Budgets(lambda: self.budgets()))

    def delivered(self, event: str, outcome: str, seconds: float) -> None:
        self._deliveries.labels(event if event in _EVENTS else "other", outcome).inc()
        self._acknowledged.observe(seconds)

    def ignored(self, reason: str) -> None:
        self._ignored.labels(self._bounded("ignored", reason)).inc()

    def reviewed(self, outcome: Outcome, seconds: float) -> None:
        """A run came to its end."""
        self._reviews.labels(self._bounded("ended", outcome.ended)).inc()
        self._took.observe(seconds)
        for finding in outcome.shadow:
            self._findings.labels(self._bounded("rule", finding.rule, 1024), "shadow").inc()
        for finding in outcome.ungrounded:
            self._ungrounded.labels(self._bounded("rule", finding.rule, 1024)).inc()
        if outcome.review is None:
            return
        self._verdicts.labels(outcome.review.verdict.conclusion.value).inc()
        for finding in outcome.review.findings:
            self._findings.labels(self._bounded("rule", finding.rule, 1024), finding.tier.value).inc()
        for skipped in outcome.review.skipped:
            self._skipped.labels(self._bounded("skipped", slug(skipped.reason))).inc()

    def requested(self, operation: str, status: int) -> None:
        """One request went to GitHub; `status` 0 when no answer came."""
        self._requests.labels(self._bounded("operation", operation), f"{status // 100}xx" if status else "none").inc()

    def put_off(self, reason: str) -> None:
        self._retries.labels(self._bounded("retry", slug(reason))).inc()

    def gave_up(self, reason: str) -> None:
        self._dead.labels(self._bounded("dead", slug(reason))).inc()

    def depth(self, deliveries: int) -> None:
        self._depth.set(deliveries)

    def jobs(self, counts: Mapping[str, int]) -> None:
        for state, count in counts.items():
            self._jobs.labels(state).set(count)

    def swept(self, what: str, count: int) -> None:
        """`what` is one of our own slugs."""
        self._sweeps.labels(what).inc(count)

    def render(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)

    def _bounded(self, label: str, value: str, limit: int = _LABELS) -> str:
        seen = self._seen.setdefault(label, set())
        if value in seen or len(seen) < limit:
            seen.add(value)
            return value
        return "other"


class _Budgets(Collector):
    """Asked at each look at /metrics, so that an installation that is not told of any more leaves nothing behind."""

    def __init__(self, budgets: Callable[[], Iterable[tuple[int, float, Mapping[str, float]]]]) -> None:
        self._budgets = budgets

    def collect(self) -> Iterator[GaugeMetricFamily]:
        used = GaugeMetricFamily(
            "testwarden_budget_used",
            "Share of a limit of GitHub's that an installation has used, of the 50 nearest to one; 0 is the App itself.",
            labels=["installation", "limit"],
        )
        blocked = GaugeMetricFamily(
            "testwarden_blocked_seconds",
            "For how long GitHub has asked us to leave an installation alone.",
            labels=["installation"],
        )
        for installation, seconds, shares in self._budgets():
            for limit, share in shares.items():
                used.add_metric([str(installation), limit], share)
            blocked.add_metric([str(installation)], seconds)
        yield from (used, blocked)


def slug(reason: str) -> str:
    """A reason without its particulars: the words before the first number or punctuation, joined by dashes."""
    words = _SLUG.sub(" ", re.split(r"[\d(:;,`'\"]", reason.lower(), maxsplit=1)[0]).split()
    return "-".join(words[:5])[:40] or "other"
