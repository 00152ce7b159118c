"""Findings on lines that are equal, within one test, get the names under which we spoke of them.

Equal lines are numbered from the top (see `fingerprint`). Where one of them comes, goes or moves, the numbers of those below
change. GitHub moves our comments with their lines and tells where they are, so a comment says which line is which.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bot.core import memo
from bot.core.naming import digest
from bot.model import Earlier, Finding, Spoken

_ORDINALS = 100  # as many equal lines of one test are told apart; the analyst reports fifty at most


def recognise(findings: Sequence[Finding], earlier: Earlier) -> tuple[Finding, ...]:
    """The same findings in the same order, each under the name of our comment on its line.

    What has none keeps its own name unless another has it by now; else it takes that of a comment of ours whose line is gone,
    since a line that moved is not new; else one that nobody has. Comments that say why a finding is kept back count, too, so
    that whoever dismisses one of several equal lines dismisses no other.
    """
    said = {s.fingerprint: s for s in (*(r for r in earlier.retired if r.kept), *earlier.spoken)}
    listed = memo.read(earlier.summary_body).listed
    if not said and not listed:
        return tuple(findings)
    alike: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.kin:
            alike[finding.kin].append(finding)
    names: dict[Finding, str] = {}
    for kin, same in alike.items():
        every = [digest(kin, str(n)) for n in range(_ORDINALS)]
        names |= _paired(same, every, {name: said[name] for name in every if name in said}, listed)
    return tuple(replace(f, fingerprint=names.get(f, f.fingerprint)) for f in findings)


def _paired(
    same: Sequence[Finding], every: Sequence[str], said: Mapping[str, Spoken], listed: Collection[str]
) -> Mapping[Finding, str]:
    """`every` name that they may have, in order; `said`: those that comments of ours have."""
    names: dict[Finding, str] = {}

    def give(finding: Finding, *wanted: str) -> None:
        """The first name of those wanted that nobody has yet."""
        if finding not in names:
            free = next((name for name in wanted if name not in names.values()), None)
            if free is not None:
                names[finding] = free

    for finding in same:
        give(finding, *(name for name in (finding.fingerprint,) if name in said and _on(finding, said[name])))
    for finding in same:
        give(finding, *(name for name, comment in said.items() if _on(finding, comment)))
    for finding in same:
        give(finding, *(name for name in (finding.fingerprint,) if name in said))
    for finding in same:
        give(finding, *said)
    unsaid = [name for name in every if name not in said]
    for finding in same:
        give(finding, *(name for name in (finding.fingerprint,) if name in listed))
    for finding in same:
        own = [finding.fingerprint] if finding.fingerprint in unsaid else []
        give(finding, *(name for name in unsaid if name in listed), *own, *unsaid)
    return names


def _on(finding: Finding, comment: Spoken) -> bool:
    return comment.line is not None and finding.line <= comment.line <= finding.end_line
