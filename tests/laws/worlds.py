"""What the laws are tried on: hostile text, files with hits on their lines, and pulls made of them."""

import string
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from bot.model import Hit, Severity, Skipped, Source
from tests.nouns import advice, hit, rule, rulebook, source

RULES = rulebook(
    rule(),
    rule("leak", code="TS-A01", severity=Severity.CRITICAL, what="`{quote}` is a key for {HOST}", cwe=("CWE-798",)),
    rule("open-port", code="TS-H02", severity=Severity.MEDIUM, what="{quote} listens on `{HOST}`", cwe=()),
    advice(),
    advice("adv-uuid", rank=10),
)
DEFECTS = tuple(r.id for r in RULES.rules.values() if r.speaks_as == "defect")
ADVICE = tuple(r.id for r in RULES.rules.values() if r.speaks_as == "consideration")

_NASTY = """\
` `` ``` ~~~ | \\ \\| \\\\| --> <!-- </details> <details> <sub> ** __ $x$ $`x`$ :tada: &lt; &#64; {quote} {HOST} %s [^1] [!NOTE]
@octocat @acme/team #1 acme/app#2 GH-3 acme/app@deadbeef deadbeefdeadbeefdeadbeef a@evil.example www.evil.example
https://evil.example [a](https://evil.example) ![a](https://evil.example) <img/src=x> <a/href='https://evil.example'>""".split()
_NASTY += [
    "\r",
    "\n",
    "\r\n",
    "\t",
    "\x00",
    "\x0c",
    "\x1b[2J",
    "\u2028",
    "\u202e",
    "\u200b",
    "\ud800",
    "> q",
    "# h",
    "- l",
    "1. l",
]
_NASTY += ["<!-- testwarden:summary -->", "<!-- testwarden:finding fp=00 -->", "[a]: https://evil.example", "/testwarden pause"]

hostile = st.lists(st.sampled_from(_NASTY) | st.text(st.characters(), max_size=6), max_size=8).map("".join)
hostile_paths = hostile.filter(str.strip).map(lambda s: f"tests/{s}")
tokens = st.text(string.ascii_letters + "_=.()'`|@#<", min_size=1, max_size=12).filter(lambda s: s.strip() == s)


@dataclass(frozen=True)
class World:
    """A pull: its test files, the hits in them, and the files that were not analysed."""

    sources: tuple[Source, ...]
    hits: tuple[Hit, ...]
    skipped: tuple[Skipped, ...] = ()


@st.composite
def files(draw: st.DrawFn, path: str, rules: tuple[str, ...] = DEFECTS + ADVICE) -> tuple[Source, list[Hit]]:
    """A file of lines that each hold a token, of which some are added, some commentable; hits that quote what stands there."""
    lines = draw(st.lists(tokens, min_size=1, max_size=12))
    numbers = range(1, len(lines) + 1)
    added = draw(st.sets(st.sampled_from(numbers)))
    commentable = added | draw(st.sets(st.sampled_from(numbers)))
    cut = draw(st.integers(1, len(lines)))
    hunks = ((1, cut), (cut + 1, len(lines))) if cut < len(lines) else ((1, len(lines)),)
    made = source("\n".join(lines), path=path, added=sorted(added), commentable=sorted(commentable), hunks=hunks)
    found = draw(st.lists(st.tuples(st.sampled_from(rules), st.sampled_from(numbers), st.integers(0, 4)), max_size=10))
    hits = [
        hit(
            name,
            n,
            lines[n - 1],
            path=path,
            end_line=min(n + more, len(lines)),
            captures={"HOST": "h"},
            identity=f"t\0{lines[n - 1]}",
        )
        for name, n, more in dict.fromkeys(found)
    ]
    unique = {(h.rule, h.line): h for h in hits}  # the analyst reports a rule once per line
    return made, list(unique.values())


@st.composite
def worlds(draw: st.DrawFn, rules: tuple[str, ...] = DEFECTS + ADVICE) -> World:
    """One to three files, perhaps one of which could not be analysed."""
    made = [draw(files(f"tests/test_{name}.py", rules)) for name in "abc"[: draw(st.integers(1, 3))]]
    skipped = [Skipped(s.path, "timed out", clouds=True) for s, hits in made if not hits and draw(st.booleans())]
    return World(tuple(s for s, _ in made), tuple(h for _, hits in made for h in hits), tuple(skipped))


def moved_down(world: World, by: int) -> World:
    """The same pull with `by` lines inserted at the top of each file."""
    return World(
        tuple(
            replace(
                s,
                text="new\n" * by + s.text,
                lines=replace(
                    s.lines,
                    added=frozenset(n + by for n in s.lines.added) | frozenset(range(1, by + 1)),
                    commentable=frozenset(n + by for n in s.lines.commentable) | frozenset(range(1, by + 1)),
                    hunks=tuple((a + by, b + by) for a, b in s.lines.hunks),
                ),
            )
            for s in world.sources
        ),
        tuple(replace(h, line=h.line + by, end_line=h.end_line + by) for h in world.hits),
        world.skipped,
    )
