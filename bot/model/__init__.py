"""The nouns that pass between rooms: frozen, comparable, free of I/O.

Containers are tuples, frozensets or read-only mappings, so that every value can be compared in a test and cross a process.
Lines are 1-based and counted by `\\n` alone, as GitHub counts them.
"""

from bot.model.configuration import Allow, Config, Dismissal, Notice, Override, Problem, Settled
from bot.model.delivery import Command, Ignored, Job, Place, Pull
from bot.model.findings import Delta, Finding, Heard, Hit, Scan, Suppressed, Verdict
from bot.model.forge import (
    Candidate,
    ChangedFile,
    ConfigText,
    ConfigTexts,
    Earlier,
    Echo,
    Import,
    Lines,
    Product,
    PullRequest,
    Reading,
    Removed,
    Skipped,
    Source,
    Spoken,
    Touched,
)
from bot.model.plan import Action, Annotation, Check, Comment, Outcome, Review
from bot.model.rules import Condition, Edit, Example, Matcher, Measured, Rule, Rulebook
from bot.model.secrets import HashKey, Secret
from bot.model.sweeps import CheckRun, Installation, OpenPull, Repository, Undelivered
from bot.model.terms import Cause, Conclusion, Confidence, Kind, Severity, Side, Status, Tier

__all__ = [
    "Action",
    "Allow",
    "Annotation",
    "Candidate",
    "Cause",
    "ChangedFile",
    "Check",
    "CheckRun",
    "Command",
    "Comment",
    "Conclusion",
    "Condition",
    "Confidence",
    "Config",
    "ConfigText",
    "ConfigTexts",
    "Delta",
    "Dismissal",
    "Earlier",
    "Echo",
    "Edit",
    "Example",
    "Finding",
    "HashKey",
    "Heard",
    "Hit",
    "Ignored",
    "Import",
    "Installation",
    "Job",
    "Kind",
    "Lines",
    "Matcher",
    "Measured",
    "Notice",
    "OpenPull",
    "Outcome",
    "Override",
    "Place",
    "Problem",
    "Product",
    "Pull",
    "PullRequest",
    "Reading",
    "Removed",
    "Repository",
    "Review",
    "Rule",
    "Rulebook",
    "Scan",
    "Secret",
    "Settled",
    "Severity",
    "Side",
    "Skipped",
    "Source",
    "Spoken",
    "Status",
    "Suppressed",
    "Tier",
    "Touched",
    "Undelivered",
    "Verdict",
]
