"""Security tests that do not run where it counts: skipped on a condition that holds in an ordinary CI job."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document, Scope
from bot.core.security_tests import is_security_test

# What holds in CI: its variables are set, and the job runs on Linux.
_VARIABLE = r"(?:CI|GITHUB_ACTIONS|GITLAB_CI|JENKINS_URL|TRAVIS|CIRCLECI|BUILDKITE|TF_BUILD|CONTINUOUS_INTEGRATION)"
_IN_CI = re.compile(
    rf"(?:environ(?:\.get)?|[gG]etenv|GetEnvironmentVariable|env::var(?:_os)?|\bENV)\s*[(\[]\s*[\"']{_VARIABLE}[\"']"
    rf"|\bprocess\.env(?:\.{_VARIABLE}\b|\[[\"']{_VARIABLE}[\"']\])|named\s*=\s*\"{_VARIABLE}\"|[\"']{_VARIABLE}[\"']\s+in\s+os\.environ"
    rf"|\$\{{?{_VARIABLE}\b"
)
_ON_LINUX = re.compile(
    r"(?:sys\.platform|platform\.system\(\)|process\.platform|runtime\.GOOS|PHP_OS(?:_FAMILY)?|RUBY_PLATFORM|os\.platform\(\))"
    r"\s*(?:===?|=~)\s*[\"'/][lL]inux|sys\.platform\.startswith\([\"']linux|os\.name\s*==\s*[\"']posix|@DisabledOnOs\([^)]*\bLINUX"
    r"|cfg_attr\([^)]*target_os\s*=\s*\"linux\"[^)]*\bignore|IsOSPlatform\(OSPlatform\.Linux\)|IsLinux\(\)|\bOS_LINUX\b"
)
_DENIED = re.compile(r"\bnot\s+|!(?!=)|===?\s*(?:nil|null|\"\"|'')|\bis\s+None")
_SKIP = re.compile(
    r"\bskip(?:If|_if|if|Test|Unless)?\b|\.Skip\w*\(|\bSkip\.If\(|[mM]arkTest(?:Skipped|Incomplete)|\bpending\b|Disabled(?:On|If)|\bignore\b"
    r"|QSKIP|GTEST_SKIP|assumeFalse|assumeTrue|Assume\.|\bxfail\b"
)
_TAKES_OPPOSITE = re.compile(r"skip(?:Unless|_unless)|assumeTrue|Assume\.That|\bunless\b|EnabledIf|EnabledOn", re.IGNORECASE)
_MOST = 100  # conditions of one file
_NEAR = 3  # lines from a condition to the skip that it guards
_ABOVE = 8  # lines from a mark to its test


@detector("skipped-in-ci")
def skipped_in_ci(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Each added condition that is true in CI and skips a security test."""
    looked = 0
    for line in document.added_near(_IN_CI, _ON_LINUX):
        text = document.lines[line - 1]
        condition = _IN_CI.search(text) or _ON_LINUX.search(text)
        if condition is None or not _skips(document, line, text, condition):
            continue
        looked += 1
        if looked > _MOST:
            return
        test = document.scope(line) or _below(document, line)
        if test and is_security_test(document.path, test.name, test.text, document.text):
            yield Found(line, line, condition.group().strip(), {"test": test.name or "this test", "": text})


def _skips(document: Document, line: int, text: str, condition: re.Match[str]) -> bool:
    """The condition, as it stands, leads to a skip on its line or within the next ones."""
    near = "\n".join(document.lines[line - 1 : line - 1 + _NEAR])
    if not _SKIP.search(near):
        return False
    around = text[max(0, condition.start() - 8) : condition.end() + 16]
    return bool(_DENIED.search(around)) == bool(_TAKES_OPPOSITE.search(text))


def _below(document: Document, line: int) -> Scope | None:
    """The test that a mark on this line belongs to."""
    for below in range(line + 1, min(line + _ABOVE, len(document.lines)) + 1):
        if scope := document.scope(below):
            return scope
    return None


# A skip in any of the languages, and what shows that it stands for a failure nobody has mended.
_ANY_SKIP = re.compile(
    r"@(?:\w+\.)*(?:skip|xfail|skipIf|skipif|skipUnless|expectedFailure|Disabled\w*|Ignore\w*)\b|\b(?:it|test|describe|context)\.(?:skip|fixme|todo)\("
    r"|\bx(?:it|describe|context)\b|\.Skip(?:f|Now)?\(|\bSkip\s*=\s*\"|\bskip\.If\(|^\s*(?:skip|pending)\b|[mM]arkTest(?:Skipped|Incomplete)\("
    r"|\bskipTest\(|#\[ignore|QSKIP|GTEST_SKIP|\[(?:\w+,\s*)*Ignore\b|raise\s+(?:\w+\.)?SkipTest"
)
_EXCUSE = re.compile(
    r"https?://\S+/(?:issues|pull|bugs?|browse)/|#\d{2,}\b|\b[A-Z][A-Z0-9]{1,9}-\d{2,}\b|\b(?:FIXME|TODO|XXX)\b"
    r"|\b(?:flaky|flakey|unstable|broken|intermittent\w*|temporar\w+|for now|until fixed)\b",
    re.IGNORECASE,
)


@detector("excused-skip")
def excused_skip(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A skip that the pull puts on a security test of the base, and that says itself what it waits for: an issue, a repair."""
    moved = {line.text.strip() for line in document.source.lines.removed}
    for line in document.added_near(_ANY_SKIP):
        text = document.lines[line - 1]
        skip = _ANY_SKIP.search(text)
        if skip is None or not _EXCUSE.search(text) or text.strip() in moved or _IN_CI.search(text) or _ON_LINUX.search(text):
            continue
        test = document.scope(line) or _below(document, line)
        if test is None or (test.start != line and test.start in document.added):
            continue
        if is_security_test(document.path, test.name, test.text, document.text):
            yield Found(line, line, skip.group().strip(), {"test": test.name or "this test", "": text})
