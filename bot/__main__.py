"""`testwarden`: argv -> one verb. What a verb needs is imported inside it, so that none waits for another's imports."""

import os
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from bot import __version__

if TYPE_CHECKING:
    from bot.core.examples import Complaint
    from bot.model import Rulebook

_BEGUN = time.perf_counter()
USAGE, INTERRUPTED, INCONCLUSIVE = 64, 130, 2
_ELSEWHERE = {
    "jobs": "bot.wiring.operate:jobs_group",
    "migrate": "bot.wiring.operate:migrate",
    "replay": "bot.cli.replay:replay",
    "rules": "bot.cli.rules:rules_group",
}


class Verbs(click.Group):
    """The verbs of this module, and those whose module is imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, _, name = _ELSEWHERE[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="testwarden")
def cli() -> None:
    """Review the test code of changes for security."""


@cli.command()
@click.argument("patch", type=click.File("rb"), required=False)
@click.option("--repo", type=click.Path(path_type=Path), help="A local repository.  [default: this folder]")
@click.option("--base", metavar="REV", help="The revision that the change is based on, such as origin/main.")
@click.option("--head", metavar="REV", help="The revision to review.  [default: HEAD]")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown", "sarif"]), default="text", show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="How many files to analyse at a time.")
@click.option(
    "--home", type=Path, envvar="TESTWARDEN_HOME", default="~/.testwarden", show_default=True, help="Keeps compiled rules."
)
def review(
    patch: IO[bytes] | None, repo: Path | None, base: str | None, head: str | None, form: str, workers: int, home: Path
) -> int:
    """Review the test files of a change: a PATCH file (- for standard input), or what --head changes since --base.

    Two revisions show more than a patch, which holds only the lines around the changes. Nothing is run and nothing is sent.
    With TESTWARDEN_HASH_KEY set, JSON and SARIF give each secret value a hash under that key.

    Exit status: 0 nothing found, 1 security defects, 2 not everything could be looked at, 64 wrong usage.
    """
    import asyncio

    from bot.analysis.pool import AnalystError
    from bot.cli.output import exit_code, render, write
    from bot.ports import Later
    from bot.wiring import review_locally

    if (patch is None) == (base is None):
        raise click.UsageError("name one change: a PATCH file, - for standard input, or --base REV")
    if patch is not None and (repo or head):
        raise click.UsageError("--repo and --head go with --base, not with a patch")
    master = _hash_key()
    if patch is not None:
        from bot.cli.patch import change, decode

        local = change(decode(patch.read()))
    else:
        from bot.cli.git import Repository

        local = Repository(repo or Path()).change(str(base), head or "HEAD")
    try:
        outcome, rulebook = asyncio.run(review_locally(local, workers, home, master))
    except (AnalystError, Later) as error:
        return _fail(f"The analysis could not run ({error}): try again, with fewer --workers if it stays so.", INCONCLUSIVE)
    assert outcome.review is not None, "a local change cannot vanish"
    elapsed = round((time.perf_counter() - _BEGUN) * 1000)
    write(render(outcome.review, outcome.sources, rulebook, form, elapsed), form, sys.stdout)
    return exit_code(outcome)


@cli.command()
@click.option("--no-worker", is_flag=True, help="Only receive deliveries; another process on the same database reviews.")
def serve(no_worker: bool) -> None:
    """Serve GitHub: receive webhooks and review pull requests, until SIGTERM or Ctrl-C.

    Settings come from the environment; the first that is missing or wrong is named.
    """
    import asyncio

    from bot import settings

    configured = settings.load()  # first: what is missing is said before much is imported
    from bot.wiring import server

    asyncio.run(server.serve(configured, worker=not no_worker))


@cli.command()
def worker() -> None:
    """Review what other processes on the same database receive, until SIGTERM or Ctrl-C.

    Settings are those of `testwarden serve`. It listens only on TESTWARDEN_WORKER_PORT, for /healthz, /readyz and /metrics.
    """
    import asyncio

    from bot import settings

    configured = settings.load()
    from bot.wiring import server

    asyncio.run(server.serve(configured, receive=False))


@cli.group()
def config() -> None:
    """Look at a configuration file before it is merged."""


@config.command("schema")
def config_schema() -> None:
    """Print the JSON Schema of a configuration file, for editors and other programs."""
    import json

    from bot.core.config import published

    print(json.dumps(published(), indent=2))


@config.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organisation", is_flag=True, help="FILE is that of an organisation's .github repository.")
def config_check(file: Path, organisation: bool) -> int:
    """Check FILE, a .github/testwarden.yml: 0 when it can be heeded, else 1 with every problem and its line."""
    from bot.core.config import parse, settle
    from bot.core.markdown import one_line
    from bot.rulebook import load

    read, problems = parse(file.name, file.read_bytes(), load().rules)
    if read is not None and not problems:
        problems = settle(read, None, None)[1] if organisation else settle(None, None, read)[1]
    for problem in problems:
        print(one_line(f"{file}:{problem.line}: {problem.key or 'file'}: {problem.expected}", 500))
    if not problems:
        print(f"{file} can be heeded: merge it to the base branch, and it steers the next review.")
    return 1 if problems else 0


@cli.command()
def sandbox() -> None:
    """Try it without credentials: the server with a made-up GitHub on this machine and one sample pull request."""
    import asyncio

    from bot import settings
    from bot.wiring import sandbox

    asyncio.run(sandbox.sandbox(settings.load_store()))


def main(arguments: list[str] | None = None) -> int:
    """Run one verb and return its exit status. What the user can mend is said in one sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        status: Any = cli.main(arguments, prog_name="testwarden", standalone_mode=False, obj=_self_test)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "testwarden"
        if error.format_message().startswith("Usage:"):  # a group without a verb: click's whole help
            print(error.format_message(), file=sys.stderr)
            return USAGE
        return _fail(f"{error.format_message().rstrip('.')}. See `{where} --help`.", USAGE)
    except click.ClickException as error:
        return _fail(error.format_message(), USAGE)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        return _explained(error)
    return status if isinstance(status, int) else 0


def _hash_key() -> str:
    """Reading settings takes longer than many a review, so it is done only where there is one to read."""
    if not os.environ.get("TESTWARDEN_HASH_KEY"):
        return ""
    from bot import settings

    return settings.load_hash_key()


def _self_test(rulebook: "Rulebook") -> "Sequence[Complaint]":
    from bot.analysis.selftest import run

    return run(rulebook)


def _explained(error: Exception) -> int:
    """One sentence for what the user can mend; for a fault of ours, the kind of error and the place, never its message,
    which may quote what was reviewed. A run that failed is no verdict: it must not look like one."""
    from bot.cli.local import LocalError
    from bot.core.markdown import one_line

    if isinstance(error, LocalError):
        return _fail(one_line(str(error), 1000), USAGE)
    if type(error).__module__ == "bot.settings":
        return _fail(one_line(str(error), 1000), USAGE)
    if type(error).__module__ == "bot.rulebook":
        return _fail(one_line(f"A rule file is broken: {error}. Mend it, or install Testwarden again.", 1000), INCONCLUSIVE)
    from bot.telemetry import describe

    said = describe(error)
    places = "".join(f"\n    {place}" for place in said["at"])
    return _fail(f"A fault in Testwarden itself ({said['error']}): please report it with these places.{places}", INCONCLUSIVE)


def _fail(sentence: str, status: int) -> int:
    print(f"testwarden: {sentence}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
