"""Security tests that do not run where it counts: skipped on a condition that holds in an ordinary CI job."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.blocks import marked
from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
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
        test = document.scope(line) or marked(document, line)
        if test and is_security_test(document.path, test.name, test.text, document.text):
            yield Found(line, line, condition.group().strip(), {"test": test.name or "this test", "": text})


def _skips(document: Document, line: int, text: str, condition: re.Match[str]) -> bool:
    """The condition, as it stands, leads to a skip on its line or within the next ones."""
    near = "\n".join(document.lines[line - 1 : line - 1 + _NEAR])
    if not _SKIP.search(near):
        return False
    around = text[max(0, condition.start() - 8) : condition.end() + 16]
    return bool(_DENIED.search(around)) == bool(_TAKES_OPPOSITE.search(text))
