"""Texts of the chosen files: one query when nothing is unusual, and nothing lost when something is."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bot.core import words
from bot.core.changed import WITHHELD
from bot.core.diff import rediff
from bot.github import client as client_module
from bot.github import contents
from bot.model import Candidate, Kind, Lines, Reading, Skipped
from bot.sandbox.git import link
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.server import StandIn
from tests.github.conftest import House

BLOBS, GRAPHQL, COMPARE = "GET */git/blobs/*", "POST /graphql", "GET */compare/*"
OLD = "".join(f"line {n}\n" for n in range(20))
NEW = OLD.replace("line 7\n", "line seven\nand more\n").replace("line 12\n", "")


async def reading(house: House, pull: StandInPull, kinds: Mapping[str, Kind] | None = None) -> Reading:
    """All changed files as candidates; code unless told otherwise."""
    request = await house.forge.pull(house.job(pull))
    files, _ = await house.forge.changes(request)
    candidates: Sequence[Candidate] = [Candidate(f, "python", (kinds or {}).get(f.path, Kind.CODE), strong=True) for f in files]
    house.github.journal.clear()
    return await house.forge.read(request, candidates)


async def test_all_texts_in_one_query(github: StandIn, house: House) -> None:
    texts = {f"tests/test_{n}.py": f"text {n}\n" for n in range(60)} | {
        'tests/té\n"{}$x.py': "odd\n",
        "tests/copy.py": "text 1\n",
    }
    found = await reading(house, github.repository("acme/rocket").open_pull(texts))
    assert dict(found.texts) == texts
    assert (found.unread, dict(found.rediffed)) == ((), {})
    (query,) = github.journal
    assert query.operation == GRAPHQL
    assert "tests/" not in query.json["query"]


async def test_a_hundred_blobs_to_a_query(github: StandIn, house: House) -> None:
    texts = {f"tests/test_{n}.py": f"text {n}\n" for n in range(250)}
    found = await reading(house, github.repository("acme/rocket").open_pull(texts))
    assert dict(found.texts) == texts
    assert github.journal.count(GRAPHQL) == 3


async def test_no_candidates_and_still_our_earlier_words(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({"a.py": "x\n"})
    pull.comment("", "<!-- testwarden:summary -->", app=github.app)
    request = await house.forge.pull(house.job(pull))
    found = await house.forge.read(request, [])
    assert found.earlier.summary_id == pull.comments[0].id


async def test_removed_files_need_no_content(github: StandIn, house: House) -> None:
    repository = github.repository("acme/rocket", {"tests/test_a.py": OLD})
    found = await reading(house, repository.open_pull({"tests/test_a.py": None}))
    assert found == Reading({})


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"caf\xe9\n", "caf\ufffd\n"),
        (b"x" * 600_000 + b"\n", "x" * 600_000 + "\n"),
        (("é" * 300_000 + "\n").encode(), "é" * 300_000 + "\n"),
    ],
    ids=["latin-1", "cut", "cut inside a letter"],
)
async def test_what_graphql_cuts_or_garbles_is_fetched_as_bytes(github: StandIn, house: House, data: bytes, text: str) -> None:
    found = await reading(house, github.repository("acme/rocket").open_pull({"tests/test_a.py": data, "tests/test_b.py": "b\n"}))
    assert dict(found.texts) == {"tests/test_a.py": text, "tests/test_b.py": "b\n"}
    assert github.journal.count(BLOBS) == 1


async def test_a_replacement_character_that_is_meant_costs_nothing(github: StandIn, house: House) -> None:
    found = await reading(house, github.repository("acme/rocket").open_pull({"tests/test_a.py": "'\ufffd'\n"}))
    assert dict(found.texts) == {"tests/test_a.py": "'\ufffd'\n"}
    assert github.journal.count(BLOBS) == 0


async def test_a_file_beyond_three_megabytes_is_named(github: StandIn, house: House) -> None:
    found = await reading(house, github.repository("acme/rocket").open_pull({"tests/data/huge.json": "1" * 3_000_001}))
    assert found.unread == (Skipped("tests/data/huge.json", "larger than 3 MB", clouds=True),)
    assert github.journal.count(BLOBS) == 0


@pytest.mark.parametrize(("kind", "clouds"), [(Kind.CODE, True), (Kind.DATA, False), (Kind.CONFIG, False)])
async def test_a_binary_file_is_named(github: StandIn, house: House, kind: Kind, clouds: bool) -> None:
    pull = github.repository("acme/rocket").open_pull({"tests/x.bin": b"\0\1\2"})
    found = await reading(house, pull, {"tests/x.bin": kind})
    assert found.unread == (Skipped("tests/x.bin", "binary file", clouds),)


async def test_the_first_bytes_of_two_binaries_are_looked_at(github: StandIn, house: House) -> None:
    names = ["tests/a", "tests/b", "tests/c"]
    pull = github.repository("acme/rocket").open_pull({n: b"\x7fELF\0" + n.encode() for n in names})
    found = await reading(house, pull, dict.fromkeys(names, Kind.DATA))
    assert found.binaries == {"tests/a": "ELF", "tests/b": "ELF"}
    assert len(found.unread) == 3


async def test_a_text_that_graphql_takes_for_nothing(github: StandIn, house: House) -> None:
    """`isBinary` and `text` are both nullable: then the bytes decide."""

    def unsure(data: Any) -> Any:
        for name, value in data["data"]["repository"].items():
            if name.startswith("b"):
                value["isBinary"] = value["text"] = None
        return data

    github.faults.rewrite(GRAPHQL, unsure)
    found = await reading(house, github.repository("acme/rocket").open_pull({"tests/a.py": "a\n", "tests/b.py": b"b\0"}))
    assert dict(found.texts) == {"tests/a.py": "a\n"}
    assert found.unread == (Skipped("tests/b.py", "binary file", clouds=True),)


async def test_a_blob_that_is_not_there(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({"tests/a.py": "a\n"})
    pull.repository.objects.blobs.clear()
    found = await reading(house, pull)
    assert found.unread == (Skipped("tests/a.py", "GitHub gave no content", clouds=True),)


async def test_a_link_is_its_target(github: StandIn, house: House) -> None:
    found = await reading(house, github.repository("acme/rocket").open_pull({"tests/a.py": link("../../etc/passwd")}))
    assert dict(found.texts) == {"tests/a.py": "../../etc/passwd"}


async def test_more_than_we_hold_is_named(github: StandIn, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "HELD", 10)
    monkeypatch.setattr(contents, "CHUNK", 2)
    found = await reading(house, github.repository("acme/rocket").open_pull({f"tests/{n}.py": f"{n}234\n" for n in range(6)}))
    assert list(found.texts) == ["tests/0.py"]
    assert found.unread == tuple(Skipped(f"tests/{n}.py", words.TOO_LARGE_TOGETHER, clouds=True) for n in range(1, 6))
    assert github.journal.count(GRAPHQL) == 1


async def test_not_every_odd_file_costs_a_request(github: StandIn, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "FETCHED", 2)
    found = await reading(house, github.repository("acme/rocket").open_pull({f"tests/{n}.py": b"%d\xe9" % n for n in range(4)}))
    assert dict(found.texts) == {"tests/0.py": "0\ufffd", "tests/1.py": "1\ufffd"}
    assert found.unread == tuple(Skipped(f"tests/{n}.py", words.TOO_MANY_LONG, clouds=True) for n in (2, 3))
    assert github.journal.count(BLOBS) == 2


@pytest.mark.parametrize("times", [3, 6])
async def test_a_query_that_github_cannot_answer_is_halved(github: StandIn, house: House, times: int) -> None:
    texts = {f"tests/test_{n}.py": f"text {n}\n" for n in range(8)}
    pull = github.repository("acme/rocket").open_pull(texts)
    pull.comment("", "<!-- testwarden:summary -->", app=github.app)
    github.faults.answer(GRAPHQL, 502, times=times, when=lambda exchange: b"$b7" in exchange.body)
    found = await reading(house, pull)
    assert dict(found.texts) == texts
    assert found.earlier.summary_id == pull.comments[0].id
    assert github.faults.left == 0


async def test_an_answer_too_large_to_hold_is_halved(github: StandIn, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "GRAPHQL_LIMIT", 50_000)
    texts = {f"tests/test_{n}.py": f"{n}" * 20_000 for n in range(6)}
    found = await reading(house, github.repository("acme/rocket").open_pull(texts))
    assert dict(found.texts) == texts


# --- withheld patches -----------------------------------------------------------------------------------------------------


async def test_a_withheld_patch_is_rediffed_against_the_merge_base(github: StandIn, house: House) -> None:
    repository = github.repository("acme/rocket", {"tests/test_a.py": OLD})
    pull = repository.open_pull({"tests/test_a.py": NEW, "tests/test_b.py": OLD})
    repository.commit({"tests/test_a.py": "rewritten on the base meanwhile\n"})
    pull.update_base()
    pull.withheld.update(["tests/test_a.py", "tests/test_b.py"])
    found = await reading(house, pull)
    assert dict(found.rediffed) == {"tests/test_a.py": rediff(OLD, NEW), "tests/test_b.py": rediff("", OLD)}
    assert found.rediffed["tests/test_a.py"].added == {8, 9}
    assert found.unread == ()
    assert [e.operation.rpartition("/")[2] for e in github.journal] == ["graphql", "{basehead}", "graphql"]


async def test_a_renamed_file_is_compared_with_its_old_name(github: StandIn, house: House) -> None:
    repository = github.repository("acme/rocket", {"tests/old.py": OLD})
    pull = repository.open_pull({"tests/old.py": None, "tests/new.py": NEW})
    pull.withheld.add("tests/new.py")
    assert dict((await reading(house, pull)).rediffed) == {"tests/new.py": rediff(OLD, NEW)}


async def test_a_new_name_alone_is_no_change(github: StandIn, house: House) -> None:
    repository = github.repository("acme/rocket", {"tests/old.py": OLD})
    found = await reading(house, repository.open_pull({"tests/old.py": None, "tests/new.py": OLD}))
    assert dict(found.rediffed) == {}
    assert list(found.texts) == ["tests/new.py"]
    assert github.journal.count() == 1


async def test_a_text_that_was_binary_is_all_new(github: StandIn, house: House) -> None:
    repository = github.repository("acme/rocket", {"tests/test_a.py": b"\0\1"})
    found = await reading(house, repository.open_pull({"tests/test_a.py": "one\ntwo\n"}))
    assert dict(found.rediffed) == {"tests/test_a.py": Lines(added=frozenset({1, 2}))}


async def test_a_change_that_cannot_be_told_clouds_the_verdict(github: StandIn, house: House) -> None:
    repository = github.repository("acme/rocket", {"tests/test_a.py": OLD})
    pull = repository.open_pull({"tests/test_a.py": NEW})
    pull.withheld.add("tests/test_a.py")
    github.faults.answer(COMPARE, 404, "No common ancestor between them.")
    found = await reading(house, pull)
    assert found == Reading({}, (Skipped("tests/test_a.py", WITHHELD, clouds=True),))


async def test_a_long_old_text_is_fetched_as_bytes(github: StandIn, house: House) -> None:
    old = "x\n" * 300_000
    repository = github.repository("acme/rocket", {"tests/test_a.py": old})
    pull = repository.open_pull({"tests/test_a.py": old + "y\n"})
    pull.withheld.add("tests/test_a.py")
    found = await reading(house, pull)
    assert found.rediffed["tests/test_a.py"].added == {300_001}
    assert github.journal.count(BLOBS) == 2
