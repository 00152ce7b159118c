from dataclasses import replace

from bot.core.exempt import exempt, in_doubt
from bot.model import ChangedFile, Config, Kind, Override, Problem, Settled, Skipped
from bot.rulebook import load_languages
from tests.nouns import REQUEST, source

LANGUAGES = load_languages()
TEST = ChangedFile("tests/test_a.py", "modified", "")
OLD = ChangedFile("old/test_b.py", "modified", "")
CODE = ChangedFile("src/app.py", "modified", "")
GONE = ChangedFile("tests/test_gone.py", "removed", "")
FILES = (TEST, OLD, CODE, GONE)
WHY = "reviews are switched off by acme/.github"


def test_without_a_word_everything_is_looked_at() -> None:
    assert exempt(FILES, REQUEST, Config(), LANGUAGES) == (FILES, ())


def test_a_pull_that_is_passed_over_has_its_tests_unread() -> None:
    config = Config(enabled=False, origin={"enabled": "acme/.github:.github/testwarden.yml"})
    assert exempt(FILES, REQUEST, config, LANGUAGES) == (
        (),
        (
            Skipped("tests/test_a.py", WHY, clouds=True, wanted=True),
            Skipped("old/test_b.py", WHY, clouds=True, wanted=True),
            Skipped("src/app.py", WHY, clouds=False, wanted=True),
            Skipped("tests/test_gone.py", WHY, clouds=False, wanted=True),
        ),
    )


def test_a_path_that_is_switched_off_is_unread_and_one_that_is_excluded_is_no_test() -> None:
    config = Config(
        tests_exclude=("tests/**",),
        paths=(Override("old/**", enabled=False, origin="repo.yml"),),
        origin={"tests.exclude": "repo.yml"},
    )
    assert exempt(FILES, REQUEST, config, LANGUAGES) == (
        (CODE,),
        (
            Skipped("tests/test_a.py", "excluded by repo.yml", clouds=False, wanted=True),
            Skipped("old/test_b.py", "switched off by repo.yml", clouds=True, wanted=True),
            Skipped("tests/test_gone.py", "excluded by repo.yml", clouds=False, wanted=True),
        ),
    )


def test_each_reason_names_the_file_that_gave_it() -> None:
    request = replace(REQUEST, draft=True, labels=("wip",))
    said = {
        "drafts are left out by f": Config(drafts=False, origin={"drafts": "f"}),
        "pulls into this branch are left out by f": Config(base_branches=("next",), origin={"base_branches": "f"}),
        "pulls of this author are left out by f": Config(ignore_authors=("ann",), origin={"ignore_authors": "f"}),
        "pulls with these labels are left out by f": Config(labels_skip=("wip",), origin={"labels.skip": "f"}),
    }
    for reason, config in said.items():
        assert [s.reason for s in exempt([TEST], request, config, LANGUAGES)[1]] == [reason]


def test_included_files_are_tests_and_exclusion_wins() -> None:
    mine = LANGUAGES.including(("checks/*.py",))
    place = mine.place("checks/one.py")
    assert place is not None
    assert (place.strong, place.kind, place.language) == (True, Kind.CODE, "python")
    assert LANGUAGES.place("checks/one.py") is None
    assert LANGUAGES.including(()) is LANGUAGES
    file = ChangedFile("checks/one.py", "modified", "")
    assert exempt([file], REQUEST, Config(tests_exclude=("checks/**",)), mine)[0] == ()


def test_unknown_settings_put_every_test_in_doubt() -> None:
    problem = Problem("acme/.github:.github/testwarden.yml", 3, "x", "unknown key")
    build = replace(source("x"), path="Makefile", kind=Kind.BUILD)
    reason = "its settings are unknown, since acme/.github cannot be used"
    assert in_doubt([source("x"), build], Settled(broken=(problem,))) == (Skipped("tests/test_a.py", reason, clouds=True),)
    assert in_doubt([source("x")], Settled(problems=(problem,))) == ()
