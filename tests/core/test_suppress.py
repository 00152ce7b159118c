import pytest

from bot.core.suppress import suppress
from bot.model import Heard, Lines, Side, Suppressed
from tests.nouns import finding, removed, rule, rulebook, source

RULES = rulebook(rule(), rule("leak", code="TS-A01"), rule("hidden", code="TS-I02"), rule("marks", code="TS-C12"))
OPEN, LEAK, HIDDEN = finding(), finding("leak", strict=True), finding("hidden", strict=True)


def heard(found, text: str, added=None, **lines) -> Heard:
    return suppress([found], [source(text, added=added, **lines)], RULES)


def kept_back(found, by: str, reason: str = "no reason given") -> Heard:
    return Heard((), (Suppressed(found, by, reason),))


def refused(found, by: str, reason: str = "no reason given") -> Heard:
    return Heard((found,), (), (Suppressed(found, by, reason),))


@pytest.mark.parametrize(
    "line",
    [
        "x  # testwarden: allow fetch-pipe-shell the host is ours",
        "x  # testwarden:allow fetch-pipe-shell: the host is ours",
        "x  // testwarden: allow fetch-pipe-shell - the host is ours",
        "x  /* testwarden: allow fetch-pipe-shell the host is ours */",
        "x;# testwarden: allow fetch-pipe-shell the host is ours",
        "<x/> <!-- testwarden: allow fetch-pipe-shell the host is ours -->",
    ],
)
def test_allow_with_a_reason(line: str) -> None:
    assert heard(OPEN, line) == kept_back(OPEN, "testwarden: allow, added by this pull", "the host is ours")


@pytest.mark.parametrize(
    "line",
    [
        "x  # testwarden: allow fetch-pipe-shell",
        "x  # testwarden: allow",
        "x  # testwarden: allow leak the host is ours",
        "x  # testwarden: allow fetch-pipe-shell-too the host is ours",
        "x  testwarden: allow fetch-pipe-shell the host is ours",
        "nosec()",
        "x  # noqa",
        "x  # noqa: E501",
        "x  # gitleaks:allow",
        "x",
    ],
)
def test_what_allows_nothing(line: str) -> None:
    assert heard(OPEN, line) == Heard((OPEN,))


@pytest.mark.parametrize(
    "marker", ["nosec", "nosec B602", "noqa: S602", "nosemgrep", "NOSONAR", "codeql[py/x]", "lgtm[py/x]", "skipcq"]
)
def test_markers_of_others_count(marker: str) -> None:
    name = marker.split(" B")[0]
    assert heard(OPEN, f"x  # {marker}") == kept_back(OPEN, f"{name}, added by this pull")
    assert heard(OPEN, f"x  # {marker}", added=[2]) == kept_back(OPEN, f"{name}, on the base branch")


def test_a_comment_alone_on_the_line_above() -> None:
    text = "# testwarden: allow fetch-pipe-shell ours\nx\ny\n"
    by = "testwarden: allow, on the base branch"
    assert heard(finding(line=2), text, added=[2]) == kept_back(finding(line=2), by, "ours")
    assert heard(finding(line=3), text) == Heard((finding(line=3),))
    assert heard(finding(line=2), "y  # testwarden: allow fetch-pipe-shell ours\nx\n") == Heard((finding(line=2),))


def test_the_last_line_of_a_span() -> None:
    span = finding(line=1, end_line=2)
    assert heard(span, "f(\nx)  # nosec\n") == kept_back(span, "nosec, added by this pull")


@pytest.mark.parametrize("found", [LEAK, HIDDEN])
@pytest.mark.parametrize("marker", ["nosec", "testwarden: allow {} a test key"])
def test_secrets_and_hidden_payloads_heed_nothing_that_the_pull_adds(found, marker: str) -> None:
    line = f"x  # {marker.format(found.rule)}"
    name, reason = ("nosec", "no reason given") if marker == "nosec" else ("testwarden: allow", "a test key")
    assert heard(found, line) == refused(found, f"{name}, added by this pull", reason)


def test_a_changed_line_keeps_the_marker_it_had() -> None:
    line = "x  # testwarden: allow leak a test key"
    before = Lines(frozenset([2]), removed=(removed(2, 2, "y  # testwarden: allow leak a test key"),)).removed
    by = "testwarden: allow, on the base branch"
    at_two = finding("leak", 2, strict=True)
    assert heard(at_two, f"a\n{line}\n", added=[2], removed=before) == kept_back(at_two, by, "a test key")
    other = (removed(2, 2, "y  # testwarden: allow leak another reason"),)
    assert heard(at_two, f"a\n{line}\n", added=[2], removed=other).refused[0].by == "testwarden: allow, added by this pull"
    far = (removed(9, 9, "y  # testwarden: allow leak a test key"),)
    assert heard(at_two, f"a\n{line}\n", added=[2], removed=far).suppressed == ()


def test_a_scanner_marker_that_stood_there_silences_secrets_and_only_those() -> None:
    carried = (removed(1, 1, "x  # gitleaks:allow"),)
    assert heard(LEAK, "x  # gitleaks:allow", removed=carried) == kept_back(LEAK, "gitleaks:allow, on the base branch")
    assert heard(HIDDEN, "x  # gitleaks:allow", removed=carried) == Heard((HIDDEN,))


def test_a_general_marker_never_silences_a_secret() -> None:
    carried = (removed(1, 1, "x  # nosec"),)
    assert heard(LEAK, "x  # nosec", removed=carried) == refused(LEAK, "nosec, on the base branch")


def test_a_marker_above_never_silences_a_secret() -> None:
    at_two = finding("leak", 2, strict=True)
    text = "# testwarden: allow leak a test key\nx\n"
    assert heard(at_two, text, added=[2]) == refused(at_two, "testwarden: allow, on the base branch", "a test key")


def test_a_removed_line_has_no_marker() -> None:
    left = finding(side=Side.LEFT)
    assert heard(left, "x  # nosec") == Heard((left,))


def test_a_marker_does_not_keep_back_what_is_said_of_it() -> None:
    marks = finding("marks")
    assert heard(marks, "x  # nosec") == Heard((marks,))
    assert heard(marks, "x  # testwarden: allow marks the tool is run by hand") == kept_back(
        marks, "testwarden: allow, added by this pull", "the tool is run by hand"
    )
