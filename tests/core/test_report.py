import json
from dataclasses import replace

import pytest

from bot.core.report import EXIT_CODES, as_json, as_markdown, as_text
from bot.model import Conclusion, Problem, PullRequest, Secret, Skipped
from tests.nouns import HEAD, REQUEST, advice, hit, plan, rule, rulebook, source

RULES = rulebook(rule(), advice())
SOURCE = source("curl x | sh\ntime.sleep(1)\nx  # nosec\n")
HITS = [
    hit(quote="curl x | sh", captures={"HOST": "h.example"}),
    hit("adv-sleep-poll", 2, "time.sleep(1)"),
    hit(line=3),
]
SKIPPED = (Skipped("tests/hu\x1b[2Jge.py", "larger than 3 MB", True), Skipped("src/a.c", "not a test file", False))
REVIEW = plan(HITS, [SOURCE], RULES, skipped=SKIPPED)


def test_json_has_exactly_these_keys() -> None:
    report = as_json(REVIEW, [SOURCE], RULES, 12)
    fingerprints = [f.fingerprint for f in REVIEW.findings]
    assert report == {
        "verdict": "defects",
        "head": HEAD,
        "files": [
            {"path": "src/a.c", "language": None, "status": "skipped", "reason": "not a test file"},
            {"path": "tests/hu\x1b[2Jge.py", "language": None, "status": "skipped", "reason": "larger than 3 MB"},
            {"path": "tests/test_a.py", "language": "python", "status": "analyzed", "reason": None},
        ],
        "findings": [
            {
                "rule": "fetch-pipe-shell",
                "tier": "defect",
                "severity": "high",
                "confidence": "high",
                "cwe": ["CWE-494"],
                "path": "tests/test_a.py",
                "line": 1,
                "end_line": 1,
                "side": "RIGHT",
                "message": "`curl x | sh` runs whatever `h.example` serves. Nobody reviews it and nothing pins it.",
                "fix": "Download to a file, check a pinned SHA-256, then run it.",
                "fingerprint": fingerprints[0],
                "inline": True,
            },
            {
                "rule": "adv-sleep-poll",
                "tier": "consideration",
                "severity": "note",
                "confidence": "high",
                "cwe": ["CWE-362"],
                "path": "tests/test_a.py",
                "line": 2,
                "end_line": 2,
                "side": "RIGHT",
                "message": "`time.sleep(1)` waits a fixed time. Flaky and slow.",
                "fix": "Wait on the event.",
                "fingerprint": fingerprints[1],
                "inline": False,
            },
        ],
        "suppressed": [
            {
                "rule": "fetch-pipe-shell",
                "path": "tests/test_a.py",
                "line": 3,
                "fingerprint": REVIEW.suppressed[0].finding.fingerprint,
                "by": "nosec, added by this pull",
                "reason": "no reason given",
            }
        ],
        "rulebook": "0123456789ab",
        "elapsed_ms": 12,
    }
    assert json.loads(json.dumps(report)) == report


@pytest.mark.parametrize("hash", ["0123456789abcdef", ""])
def test_json_tells_of_a_secret_what_may_be_told(hash: str) -> None:
    leak = hit(quote="x", secret=Secret("GitHub", "ghp_", 40, hash))
    report = as_json(plan([leak, hit(line=2, quote="time")], [SOURCE], RULES), [SOURCE], RULES, 0)
    told = {"provider": "GitHub", "shown": "ghp_", "length": 40} | ({"hash": hash} if hash else {})
    assert [f.get("secret") for f in report["findings"]] == [told, None]
    assert "secret" not in report["findings"][1]


def test_text_names_what_is_wrong_in_the_configuration() -> None:
    problems = (Problem(".testwarden.yml", 3, "fail_onn", "unknown key"), Problem("c\x1b.yml", 1, "", "expected YAML"))
    said = "Problems in the configuration:\n  .testwarden.yml:3: fail_onn: unknown key\n  c\\u{1b}.yml:1: expected YAML\n\n"
    assert said in as_text(replace(REVIEW, problems=problems))


def test_a_local_change_has_no_head() -> None:
    local = plan([], [SOURCE], RULES, request=PullRequest(REQUEST.pull, "", "", ""))
    assert as_json(local, [SOURCE], RULES, 0)["head"] is None


def test_text_is_complete_and_moves_no_cursor() -> None:
    assert as_text(REVIEW) == (
        "1 security defect found in the changed test files (1 high).\n"
        "\n"
        "Not looked at:\n"
        "  tests/hu\\u{1b}[2Jge.py: larger than 3 MB\n"
        "\n"
        "tests/test_a.py:1: high: Download piped into a shell [fetch-pipe-shell]\n"
        "    `curl x | sh` runs whatever `h.example` serves. Nobody reviews it and nothing pins it.\n"
        "    Fix: Download to a file, check a pinned SHA-256, then run it.\n"
        "\n"
        "1 finding kept back:\n"
        "  tests/test_a.py:3: fetch-pipe-shell: nosec, added by this pull: no reason given\n"
        "\n"
        "1 consideration (advice, never part of the verdict):\n"
        "  tests/test_a.py:2: `time.sleep(1)` waits a fixed time [adv-sleep-poll]\n"
        "      flaky and slow; wait on the event\n"
    )


def test_text_names_where_a_secret_stands_as_well() -> None:
    hits = [hit(line=n, quote=quote, secret=Secret("", "c", None, "a" * 16)) for n, quote in ((1, "curl"), (2, "time"))]
    assert "\n    The same value stands at tests/test_a.py:2.\n    Fix: " in as_text(plan(hits, [SOURCE], RULES))


def test_text_of_a_clean_review_is_one_line() -> None:
    assert as_text(plan([], [SOURCE], RULES)) == "No security defects detected in the 1 changed test file.\n"


def test_text_says_how_to_see_the_rest() -> None:
    src = source("time.sleep(1)\n" * 9)
    hits = [hit("adv-sleep-poll", n, "time.sleep(1)") for n in range(1, 8)]
    assert as_text(plan(hits, [src], RULES)).endswith("\n  and 2 more: --format json lists them all\n")


def test_markdown_is_the_summary_and_the_comments_without_markers() -> None:
    text = as_markdown(REVIEW)
    assert text.startswith("1 security defect found in the changed test files (1 high).\n")
    assert "\n\n### `tests/test_a.py:1`\n\n**Download piped into a shell**" in text
    assert "<!--" not in text


def test_exit_codes() -> None:
    assert EXIT_CODES == {Conclusion.CLEAN: 0, Conclusion.DEFECTS: 1, Conclusion.INCONCLUSIVE: 2}
