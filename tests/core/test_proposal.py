from bot.core.proposal import MOST, announce
from bot.model import ChangedFile, Notice, Problem

FILE = ".github/testwarden.yml"
PATCH = "@@ -1,1 +1,2 @@\n enabled: true\n+fail_onn: high"


def problem(line: int, key: str = "fail_onn") -> Problem:
    return Problem(FILE, line, key, "unknown key")


def test_a_problem_is_placed_where_github_takes_a_comment() -> None:
    placed, unplaced = announce([problem(2), problem(9, "x")], [ChangedFile(FILE, "modified", PATCH)])
    assert placed == Notice(problem(2), placed.fingerprint, placed=True)
    assert unplaced == Notice(problem(9, "x"), unplaced.fingerprint, placed=False)
    assert placed.fingerprint != unplaced.fingerprint


def test_its_name_survives_moved_lines() -> None:
    (one,) = announce([problem(2)], [ChangedFile(FILE, "modified", PATCH)])
    (other,) = announce([problem(7)], [ChangedFile(FILE, "modified", PATCH)])
    assert one.fingerprint == other.fingerprint


def test_what_the_pull_does_not_change_is_not_its_doing() -> None:
    assert announce([problem(2)], [ChangedFile("a.py", "modified", PATCH)]) == ()
    assert announce([problem(2)], [ChangedFile(FILE, "removed", PATCH)]) == ()


def test_a_diff_that_is_missing_or_odd_places_nothing() -> None:
    for patch in (None, "no diff"):
        (notice,) = announce([problem(1)], [ChangedFile(FILE, "modified", patch)])
        assert not notice.placed


def test_a_file_that_is_wrong_all_over_is_told_to_a_bound() -> None:
    many = [problem(n, f"k{n}") for n in range(1, 40)]
    assert len(announce(many, [ChangedFile(FILE, "added", None)])) == MOST
