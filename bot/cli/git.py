"""Two revisions of a local repository -> the Change between them. Git is asked, and nothing of the repository is ever run.

A repository can name programs in its configuration and attributes (hooks, file system monitors, external diffs, text
converters, filters, transports): only plumbing commands are used, and what they could still start is switched off.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.cli.local import LARGEST, SUBMODULE, SYMLINK, Change, LocalError
from bot.core.binaries import what
from bot.core.config_file import PATHS, SIZE_LIMIT
from bot.core.diff import rediff
from bot.core.words import BINARY, LARGE
from bot.model import Candidate, ChangedFile, ConfigText, ConfigTexts, Kind, Lines, Reading, Skipped

MOST_OUTPUT = 256_000_000
_HELD = 64_000_000  # bytes of all files together
_OFF = ("core.fsmonitor=false", "core.hooksPath=/dev/null", "core.attributesFile=/dev/null", "protocol.allow=never")
_STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}
_INDEX = re.compile(rb"^index ([0-9a-f]{40,64})\.\.([0-9a-f]{40,64})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of `git diff-tree --raw`. A missing side has a blob of zeros."""

    mode: str
    before: str
    after: str
    status: str
    path: str
    previous: str | None


class Repository:
    """A repository, or any folder inside one."""

    def __init__(self, folder: Path) -> None:
        git = shutil.which("git")
        if git is None:
            raise LocalError("git is not installed: install it, or pass a patch instead of --repo.")
        if not folder.is_dir():
            raise LocalError(f"{str(folder)!r} is no folder: pass --repo the path of a repository.")
        self._command = [git, "--no-pager", "--no-replace-objects", "-C", str(folder), *(x for o in _OFF for x in ("-c", o))]

    def change(self, base: str, head: str) -> Change:
        """What `head` changes since it left `base`, as a pull request shows it: from their merge base."""
        tip, target = self._commit(head, "--head"), self._commit(base, "--base")
        fork = self._fork(target, tip)
        entries = list(self._entries(fork, tip))
        patches = dict(self._patches(fork, tip))
        kinds = {"160000": SUBMODULE, "120000": SYMLINK}
        changed = [e for e in entries if e.mode not in kinds]
        return Change(
            base=fork,
            head=tip,
            changed=tuple(ChangedFile(e.path, e.status, patches.get((e.before, e.after)), e.after, e.previous) for e in changed),
            passed=tuple(Skipped(e.path, kinds[e.mode], clouds=False) for e in entries if e.mode in kinds),
            read=lambda candidates: self._reading(candidates, {e.path: e for e in changed}),
            config=self._config(target, tip),
        )

    def _config(self, base: str, head: str) -> ConfigTexts:
        """The repository's own file as the base has it, and as the head would."""
        found = {revision: self._config_entry(revision) for revision in (base, head)}
        blobs = self._blobs([blob for _, blob in filter(None, found.values())])
        too_long = b" " * (SIZE_LIMIT + 1)
        now, then = (e and ConfigText(e[0], blobs.get(e[1], too_long)) for e in (found[base], found[head]))
        return ConfigTexts(repository=now, proposed=None if then == now else then)

    def _config_entry(self, revision: str) -> tuple[str, str] | None:
        """Path and blob of the configuration file at a revision."""
        listed = self._run("ls-tree", "-z", "--full-tree", revision, "--", *PATHS).decode("utf-8", "replace").split("\0")
        files = {path: about.split()[2] for about, _, path in (e.partition("\t") for e in listed) if about.startswith("100")}
        return next(((path, files[path]) for path in PATHS if path in files), None)

    def _commit(self, revision: str, option: str) -> str:
        found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", quiet=True)
        if not found:
            raise LocalError(f"{option} {revision!r} is no commit here: fetch it, or name another revision.")
        return found.decode().strip()

    def _fork(self, base: str, head: str) -> str:
        found = self._run("merge-base", base, head, quiet=True)
        if not found:
            raise LocalError("The two revisions have no common ancestor: deepen a shallow clone, or name another --base.")
        return found.decode().split()[0]

    def _entries(self, base: str, head: str) -> Iterator[Entry]:
        fields = iter(self._run("diff-tree", "-r", "-M", "--raw", "-z", "--no-abbrev", base, head).split(b"\0"))
        for field in fields:
            if field:
                _, mode, before, after, status = field.decode().split()
                kind = _STATUS.get(status[0], "modified")
                first = next(fields).decode("utf-8", "replace")
                second = next(fields).decode("utf-8", "replace") if status[0] in "RC" else None
                yield Entry(mode, before, after, kind, second or first, first if second else None)

    def _patches(self, base: str, head: str) -> Iterator[tuple[tuple[str, str], str]]:
        """The hunks by the two blobs they stand between: the names in a diff are quoted and doubtful, the ids are neither."""
        options = ("--full-index", "--no-ext-diff", "--no-textconv", "-U3")
        output = b"\n" + self._run("diff-tree", "-r", "-M", "-p", *options, base, head)
        for section in output.split(b"\ndiff --git ")[1:]:
            header, hunks, body = section.partition(b"\n@@ ")
            index = _INDEX.search(header)
            if index and hunks:
                patch = (hunks[1:] + body).decode("utf-8", "replace")
                yield (index[1].decode(), index[2].decode()), patch

    def _reading(self, candidates: Sequence[Candidate], entries: Mapping[str, Entry]) -> Reading:
        chosen = [(c, entries[c.file.path]) for c in candidates]
        # Attributes can make git call a text binary, and then it shows no hunks: what changed is found out all the same.
        hidden = [e for c, e in chosen if c.file.patch is None and e.status != "added" and e.before != e.after]
        blobs = self._blobs([e.after for _, e in chosen] + [e.before for e in hidden])
        texts: dict[str, str] = {}
        unread: list[Skipped] = []
        binaries: dict[str, str] = {}
        rediffed: dict[str, Lines] = {}
        for candidate, entry in chosen:
            raw = blobs.get(entry.after)
            if raw is None:
                unread.append(Skipped(entry.path, LARGE, clouds=True))
            elif b"\0" in raw:
                unread.append(Skipped(entry.path, BINARY, clouds=candidate.kind is Kind.CODE))
                binaries[entry.path] = what(raw)
            else:
                texts[entry.path] = raw.decode("utf-8", "replace")
        for entry in hidden:
            before = blobs.get(entry.before)
            if entry.path in texts and before is not None:
                rediffed[entry.path] = rediff(before.decode("utf-8", "replace"), texts[entry.path])
        return Reading(texts, tuple(unread), rediffed, binaries=binaries)

    def _blobs(self, ids: Sequence[str]) -> dict[str, bytes]:
        """The contents, except of those that are too large."""
        wanted: list[str] = []
        held = 0
        for line in self._run("cat-file", "--batch-check", stdin=_lines(dict.fromkeys(ids))).decode().splitlines():
            name, kind, *length = line.split()
            if kind == "blob" and int(length[0]) <= LARGEST and held + int(length[0]) <= _HELD:
                held += int(length[0])
                wanted.append(name)
        output = self._run("cat-file", "--batch", stdin=_lines(wanted))
        blobs: dict[str, bytes] = {}
        at = 0
        for name in wanted:
            start = output.index(b"\n", at) + 1
            size = int(output[at:start].split()[2])
            blobs[name] = output[start : start + size]
            at = start + size + 1
        return blobs

    def _run(self, *arguments: str, stdin: bytes = b"", quiet: bool = False) -> bytes:
        """Git's output. `quiet`: nothing when it fails; otherwise that raises LocalError with git's own first words."""
        with tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            command = [*self._command, *arguments]
            process = subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, stderr=errors, env=_environment())  # noqa: S603
            assert process.stdout is not None
            try:
                output = process.stdout.read(MOST_OUTPUT + 1)
                if len(output) > MOST_OUTPUT:
                    raise LocalError("The change is larger than 256 MB: name a --base that is nearer to --head.")
                code = process.wait()
            finally:
                process.kill()
                process.wait()
                process.stdout.close()
            if code and not quiet:
                errors.seek(0)
                said = errors.read(500).decode("utf-8", "replace").strip().split("\n")[0]
                raise LocalError(f"git {arguments[0]} failed ({said}): check --repo, --base and --head.")
            return b"" if code else output


def _lines(words: Sequence[str] | Mapping[str, None]) -> bytes:
    return "".join(f"{word}\n" for word in words).encode()


def _environment() -> dict[str, str]:
    """Ours without git's own variables (a hook sets them for another repository), and with what keeps git still."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    return inherited | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
