"""Of lines that are equal, within one test, each keeps its comment while it stands; where one goes, one comment goes, and nobody
but the one that was dismissed stays silent."""

from dataclasses import dataclass, field, replace
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.core.markdown import marks
from bot.model import Dismissal, Earlier, Review, Spoken
from tests.laws.worlds import RULES
from tests.nouns import hit, plan, source

EQUAL, OTHER = "curl x | sh", "pass"
_numbers = count(1)


@dataclass
class Line:
    """A line of the file through all pushes."""

    text: str
    number: int = field(default_factory=lambda: next(_numbers))


@dataclass
class Posted:
    """A comment of ours, on a line that may be gone by now."""

    id: int
    line: Line
    body: str


class Pull(RuleBasedStateMachine):
    """A file under review. GitHub moves a comment with its line, and says nothing of where it is once the line is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self.comments: list[Posted] = []
        self.summary = ""
        self.dismissed: list[Dismissal] = []
        self.silent: set[int] = set()  # numbers of the lines of which a person said so

    @initialize(texts=st.lists(st.sampled_from([EQUAL, EQUAL, OTHER]), min_size=1, max_size=8))
    def open(self, texts: list[str]) -> None:
        self.lines = [Line(text) for text in texts]
        self.look()

    @rule(at=st.integers(0, 12), text=st.sampled_from([EQUAL, OTHER]))
    def insert(self, at: int, text: str) -> None:
        self.lines.insert(at % (len(self.lines) + 1), Line(text))
        self.look()

    @rule(at=st.integers(0, 12))
    def remove(self, at: int) -> None:
        if self.lines:
            del self.lines[at % len(self.lines)]
            self.look()

    @rule(start=st.integers(0, 12), end=st.integers(0, 12), to=st.integers(0, 12))
    def rewrite(self, start: int, end: int, to: int) -> None:
        """Lines are cut and pasted: git sees other lines, and so does GitHub."""
        cut = self.lines[start:end]
        self.lines[start:end] = []
        at = to % (len(self.lines) + 1)
        self.lines[at:at] = [Line(line.text) for line in cut]
        self.silent -= {line.number for line in cut}
        self.look(moved=True)

    @rule(which=st.integers(0, 12))
    def dismiss(self, which: int) -> None:
        standing = [c for c in self.comments if names(c) and c.line in self.lines]
        if standing and len(self.silent) < 3:
            comment = standing[which % len(standing)]
            (name,) = names(comment)
            self.dismissed.append(Dismissal(name, "hubot", "it is fine"))
            self.silent.add(comment.line.number)
            self.look()

    def look(self, moved: bool = False) -> None:
        before = {c.id for c in self.comments if names(c)}
        review = self.review()
        self.publish(review)
        living = [line for line in self.lines if line.text == EQUAL]
        said = [c for c in self.comments if names(c)]
        kept = [line for line in living if line.number in self.silent]
        if not self.dismissed:
            assert len(said) == len(living)
            assert len(review.comments) == max(0, len(living) - len(before))
            assert len(review.retire) == max(0, len(before) - len(living))
        elif not moved:  # a line that comes back may be the one that was dismissed
            assert {line.number for line in living} - {line.number for line in kept} >= {c.line.number for c in said} - gone(self)
        for line in living:
            on_it = [c for c in said if c.line is line]
            assert len(on_it) <= 1
            assert not (on_it and line in kept)

    def review(self) -> Review:
        at = {line.number: n for n, line in enumerate(self.lines, 1)}
        spoken, kept = [], []
        for comment in self.comments:
            for mark in marks(comment.body):
                if mark.kind in ("finding", "kept"):
                    one = Spoken(mark.fields["fp"], comment.id, f"n{comment.id}", "tests/test_a.py", comment.body)
                    one = replace(one, line=at.get(comment.line.number), kept=mark.kind == "kept")
                    (kept if one.kept else spoken).append(one)
        hits = [replace(hit(line=n, quote=EQUAL), identity="t") for n, line in enumerate(self.lines, 1) if line.text == EQUAL]
        made = source("\n".join(line.text for line in self.lines))
        earlier = Earlier(tuple(spoken), tuple(kept), summary_id=1, summary_body=self.summary)
        return plan(hits, [made], RULES, earlier, dismissals=self.dismissed)

    def publish(self, review: Review) -> None:
        bodies = {r.comment_id: r.body for r in review.retire}
        for comment in self.comments:
            comment.body = bodies.get(comment.id, comment.body)
        self.comments += [Posted(next(_numbers), self.lines[c.line - 1], c.body) for c in review.comments]
        self.summary = review.summary

    @invariant()
    def the_same_again_says_nothing(self) -> None:
        if self.lines:
            again = self.review()
            assert (again.comments, again.retire, again.summary) == ((), (), self.summary)

    @invariant()
    def a_line_that_stands_keeps_its_voice(self) -> None:
        """Whatever happened to its equals: a line with a comment of its own is silent only if that comment says why."""
        for comment in self.comments:
            if comment.line in self.lines and "kept" in [m.kind for m in marks(comment.body)]:
                assert comment.line.number in self.silent


def names(comment: Posted) -> list[str]:
    return [m.fields["fp"] for m in marks(comment.body) if m.kind == "finding"]


def gone(pull: Pull) -> set[int]:
    """The lines that have comments and are not there any more."""
    return {c.line.number for c in pull.comments} - {line.number for line in pull.lines}


TestEqualLines = Pull.TestCase
TestEqualLines.settings = settings(stateful_step_count=12)


@given(st.integers(2, 5), st.data())
def test_of_equal_lines_the_one_that_is_mended_is_retired(lines: int, data: st.DataObject) -> None:
    """Moved down as they may be, in the same push."""
    mended, above = data.draw(st.integers(0, lines - 1)), data.draw(st.integers(0, 3))
    pull = Pull()
    pull.open([EQUAL] * lines)
    before = {c.line.number: c.body for c in pull.comments}
    fixed = pull.lines.pop(mended)
    pull.lines[:0] = [Line(OTHER) for _ in range(above)]
    pull.look()
    changed = [c.line for c in pull.comments if c.body != before[c.line.number]]
    assert changed == [fixed]
