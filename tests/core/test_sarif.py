from dataclasses import replace

from bot.core.sarif import as_sarif
from bot.model import Secret, Severity, Side, Skipped, Status
from tests.nouns import advice, finding, hit, plan, rule, rulebook, source

RULES = rulebook(rule(), advice(), rule("soft", status=Status.CONSIDERATION, severity=Severity.MEDIUM))
SOURCE = source("curl [a](b) | sh\ntime.sleep(1)\nx  # nosec\n", path="tests/a b.py")
HITS = [
    hit(quote="curl [a](b) | sh", path=SOURCE.path, captures={"HOST": "h.example"}),
    hit("adv-sleep-poll", 2, "time.sleep(1)", path=SOURCE.path),
    hit(line=3, path=SOURCE.path),
]
REVIEW = plan(
    HITS, [SOURCE], RULES, skipped=(Skipped("tests/huge.py", "larger than 3 MB", True), Skipped("a.c", "no test", False))
)
LOG = as_sarif(REVIEW, RULES, "1.2.3", "https://warden.test")
RUN = LOG["runs"][0]


def test_the_log_names_its_version_and_tool() -> None:
    assert LOG["version"] == "2.1.0"
    driver = RUN["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"], driver["informationUri"]) == ("Testwarden", "1.2.3", "https://warden.test")
    assert driver["properties"] == {"rulebook": "0123456789ab"}


def test_rules_carry_their_metadata() -> None:
    soft, defect = RUN["tool"]["driver"]["rules"]
    assert (soft["id"], soft["defaultConfiguration"], "security-severity" in soft["properties"]) == (
        "adv-sleep-poll",
        {"level": "note"},
        False,
    )
    assert defect == {
        "id": "fetch-pipe-shell",
        "name": "TS-F01",
        "shortDescription": {"text": "Download piped into a shell."},
        "fullDescription": {"text": "Nobody reviews it and nothing pins it."},
        "help": {
            "text": "Nobody reviews it and nothing pins it. Download to a file, check a pinned SHA-256, then run it.",
            "markdown": "Nobody reviews it and nothing pins it.\n\n"
            "**Fix:** Download to a file, check a pinned SHA-256, then run it.",
        },
        "helpUri": "https://warden.test/rules/fetch-pipe-shell",
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "tags": ["security", "tests", "external/cwe/cwe-494"],
            "precision": "high",
            "security-severity": "8.0",
        },
    }


def test_results_point_at_rule_place_and_fingerprint() -> None:
    defect, advice_, kept = RUN["results"]
    assert defect["ruleId"] == "fetch-pipe-shell"
    assert RUN["tool"]["driver"]["rules"][defect["ruleIndex"]]["id"] == "fetch-pipe-shell"
    assert defect["level"] == "error"
    assert defect["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "tests/a%20b.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 1, "endLine": 1},
            }
        }
    ]
    assert defect["partialFingerprints"] == {"testwarden/v1": REVIEW.comments[0].fingerprint}
    assert defect["message"]["text"].startswith("`curl \\[a\\](b) | sh` runs whatever `h.example` serves.")
    assert (advice_["level"], "suppressions" in advice_) == ("note", False)
    assert kept["suppressions"] == [{"kind": "inSource", "justification": "nosec, added by this pull: no reason given"}]


def test_what_may_be_told_of_a_secret_is_a_property_and_no_fingerprint() -> None:
    """A hash changes with its key; a result must be known again all the same."""
    review = replace(plan([], [SOURCE], RULES), findings=(finding(secret=Secret("", "0", None, "0123456789abcdef")),))
    (result,) = as_sarif(review, RULES, "1")["runs"][0]["results"]
    assert result["properties"]["secret"] == {"provider": None, "shown": "0", "length": None, "hash": "0123456789abcdef"}
    assert result["partialFingerprints"].keys() == {"testwarden/v1"}
    assert "secret" not in RUN["results"][0]["properties"]


def test_a_file_not_analysed_makes_the_invocation_unsuccessful() -> None:
    (invocation,) = RUN["invocations"]
    assert invocation["executionSuccessful"] is False
    (note,) = invocation["toolExecutionNotifications"]
    assert note["message"]["text"] == "Not analysed: larger than 3 MB"
    assert note["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "tests/huge.py"
    assert as_sarif(plan(HITS, [SOURCE], RULES), RULES, "1")["runs"][0]["invocations"][0]["executionSuccessful"] is True


def test_a_removed_line_has_no_region() -> None:
    review = plan([], [SOURCE], RULES)
    left = replace(review, findings=(finding(side=Side.LEFT),))
    (result,) = as_sarif(left, RULES, "1")["runs"][0]["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]


def test_without_pages_of_ours_a_rule_links_its_reference() -> None:
    log = as_sarif(REVIEW, RULES, "1.2.3")
    assert "informationUri" not in log["runs"][0]["tool"]["driver"]
    assert log["runs"][0]["tool"]["driver"]["rules"][1]["helpUri"] == "https://cwe.mitre.org/data/definitions/494.html"
