"""Diff-aware detectors of a wait for somebody else's work that a pull takes away: the call that waited, the word that made a call
wait, or the event that a fixed sleep has replaced."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.blocks import function
from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.layout import COMMENT
from bot.core.releases import word
from bot.core.removed import LONGEST, Change, Pair
from bot.model import Removed

# A statement that does nothing but wait until something has come about, in the names that test code gives such calls.
_POLLS = (
    r"\w*[eE]ventually\w*|\w*wait_?(?:for|until|till)\w*|\w*[wW]ait(?:For|Until|Till)\w*|\w*Spin(?:Until|Wait\.SpinUntil)|AwaitCondition\w*|AwaitAssert\w*"
    r"|assert_?[wW]ait\w*|try_?[uU]ntil\w*|retry_?[uU]ntil\w*|poll_?[uU]ntil\w*|\w*await(?:Until|Latch|Completion|Termination|Condition)\w*|barrier_wait|\w+_barrier_wait"
)
_WAITS = re.compile(
    rf"^\s*(?:[\w\s,.:=!(]{{0,60}}[\s(=!])?(?:[\w:]+(?:\(\))?(?:\.|->))*(?:{_POLLS})\s*[(<]"
    r"|^\s*(?:await\s+)?[\w.\[\]]+(?:\.|->)(?:[wW]ait|[jJ]oin|await|WaitOne|acquire|wait_timeout)\s*\([^()]*\)\s*[;?)]*\s*$"
    r"|^\s*(?:\w+\s*:?=\s*)?<-\s*[\w.]+(?:\(\))?\s*$|^\s*\w*(?:pthread|thrd|thread|sem|uv_sem|uv_barrier)_?(?:join|wait)\("
    r"|^\s*\w*\(?\s*(?:0\s*==\s*)?\w*(?:thread_join|sem_wait|barrier_wait)\("
)
_ANY_WAIT = re.compile(
    rf"\b(?:{_POLLS})\s*[(<]|<-|\bselect\s*\{{|\b[wW]ait\w*\s*\(|\b[jJ]oin\s*\(|_(?:join|wait)\w*\(|\bawait\b|\byield\b|[lL]atch|[sS]emaphore|[bB]arrier|\bEvent\(|ResetEvent|\bretry|[pP]oll",
)
_SLEEPS = re.compile(
    r"^\s*(?:await\s+|yield\s+)?(?:[\w:]+(?:\.|->|::))*(?:u|nano|m)?"
    r"(?:[sS]leep\w*|SleepFor\w*|delay|Delay|qWait|waitForTimeout)\s*[( ]|"
    r"^\s*await\s+new\s+Promise\([^;]*setTimeout"
)
_STATEMENT = re.compile(r"^(?!\s*(?:#|//|\*|/\*|--|\}|end\b)).*\w")
_STARTS = re.compile(
    r"^\s*go\s+[\w.]+\(|\bgo func\(|\bThread\b[^;\n]*\(|\bspawn\w*\(|"
    r"pthread_create|thrd_create|thread_create|\bTask\.Run\(|\.submit\(|\.start\(\)"
)
_REACH = 12  # lines from the start of a thread to the wait for its end
_BELOW = 4  # lines below a wait that is gone in which the statement stands that it held back
# Words that make an expression wait for its own end.
_MAKES_WAIT = re.compile(
    r"\b(?:await|yield(?:\s+from)?)\s+|\.(?:await(?:Uninterruptibly)?|sync(?:Uninterruptibly)?|join|[wW]ait|result)\(\)|\.GetAwaiter\(\)\.GetResult\(\)|\.await\b|\bawait\w*(?=\()"
)
_GATHERS = re.compile(r"\b(?:gather|all|allSettled|race|WhenAll|WaitAll|wait|create_task|ensure_future|join)\w*\s*\(")
_HEAD_BLOCK = re.compile(r"^\s*(?:return|async|for|if|while|elif|else|with|assert|expect)\b")


@detector("dropped-wait")
def dropped_wait(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """On the sleep that stands where something was waited for; on the statement that a wait, which is gone, held back; on the
    call that is no longer waited for."""
    for change, replaced in document.replaced:
        for pair in replaced:
            if _no_longer_waits(document, pair):
                yield _found(document, pair.line, pair.old)
        waits = [g for g in change.removed if len(g.text) <= LONGEST and _WAITS.match(g.text) and not COMMENT.match(g.text)]
        line = _instead(document, change, waits[0]) if waits else 0
        if line:
            yield _found(document, line, waits[0])


def _found(document: Document, line: int, gone: Removed) -> Found:
    text = document.lines[line - 1].strip()
    said = {"was": gone.text.strip()[:60], "base_line": str(gone.line), "": text}
    last = max(line, min(gone.before, line + _REACH))
    return Found(line, last, text[:60], said, spans=True, over_cuts=True)


def _instead(document: Document, change: Change, gone: Removed) -> int:
    """The line that sleeps instead of waiting, or the one that was held back and no longer is; 0 when something still waits."""
    texts = {n: document.lines[n - 1] for n in change.added}
    asleep = next((n for n, text in texts.items() if _SLEEPS.match(text)), 0)
    if any(_ANY_WAIT.search(_plain(gone, _SLEEPS.sub("", text))) for text in texts.values()):
        return 0
    if asleep:
        return asleep
    near = change.added[0] if change.added else change.removed[0].before
    lines = function(document, near)
    if not lines or near == lines.start or near > len(document.lines):
        return 0
    if any(_ANY_WAIT.search(_plain(gone, document.lines[n - 1])) for n in document.fresh if n in lines):
        return 0
    above = document.lines[lines.start - 1 : near - 1]
    if not re.search(_POLLS, gone.text) and not any(_STARTS.search(text) or _still_named(gone, text) for text in above):
        return 0
    below = range(near, min(near + _BELOW, lines.stop - 1, len(document.lines)) + 1)
    held = next((n for n in below if _STATEMENT.search(document.lines[n - 1])), 0)
    if not held:
        started = [n for n in range(lines.start, near) if _STARTS.search(document.lines[n - 1])]
        named = [n for n in range(max(lines.start + 1, near - _REACH), near) if _still_named(gone, document.lines[n - 1])]
        return (started or named)[-1] if (started or named) and not change.added else 0
    return held if not _ANY_WAIT.search(_plain(gone, document.lines[held - 1])) else 0


def _plain(gone: Removed, text: str) -> str:
    """The line, without the words that every call of an asynchronous test carries when what is gone was more than such a word."""
    return re.sub(r"\b(?:await|yield)\b", "", text) if re.search(_POLLS, gone.text) else text


def _still_named(gone: Removed, text: str) -> bool:
    """The line names what was waited for."""
    names = re.findall(r"[A-Za-z_]\w*", re.sub(r"\b(?:await|self|this|assert\w*)\b", "", gone.text))
    return any(word(name).search(text) for name in names[:1])


def _no_longer_waits(document: Document, pair: Pair) -> bool:
    """The line lost the word that made its call wait, nothing else, and nobody waits for what it returns instead."""
    if len(pair.text) > LONGEST or len(pair.old.text) > LONGEST or _HEAD_BLOCK.match(pair.text):
        return False
    before, after = len(_MAKES_WAIT.findall(pair.old.text)), len(_MAKES_WAIT.findall(pair.text))
    if before <= after or _bare(pair.old.text) != _bare(pair.text) or pair.text.rstrip().endswith(","):
        return False
    scope = document.scope(pair.line)
    if scope is None or _GATHERS.search(pair.text):
        return False
    name = re.match(r"\s*(?:(?:const|let|var|auto|\w+)\s+)?(\w+)\s*:?=(?!=)", pair.text)
    others = scope.text.replace(pair.text, "", 1)
    if name is not None:
        return False
    return _MAKES_WAIT.search(others) is not None or re.search(r"\basync\b", others) is not None


def _bare(text: str) -> str:
    return re.sub(r"[\s()]", "", _MAKES_WAIT.sub("", text))
