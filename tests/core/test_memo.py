import pytest

from bot.core.memo import Memo, read, write


@pytest.mark.parametrize("memo", [Memo(), Memo(frozenset(["02", "01"]), frozenset(["0a"]), "77"), Memo(seen="77")])
def test_what_is_written_is_read(memo: Memo) -> None:
    assert read(f"Some words.\n\n{write(memo)}") == memo


def test_the_same_memo_is_the_same_line() -> None:
    assert write(Memo(frozenset(["02", "01"]))) == "<!-- testwarden:summary listed=01,02 -->"


def test_words_are_no_memo() -> None:
    assert read("Some words <!-- testwarden:summary listed=01 -->") == Memo()
