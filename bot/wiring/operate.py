"""What an operator does beside serving: prepare the database, look after jobs that were given up."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from bot import settings as environment
from bot import telemetry
from bot.core.markdown import one_line
from bot.jobs.dead import DeadLetter, DeadLetters, Superseded
from bot.jobs.service import StoreError, opened
from bot.settings import SettingsError


def unusable(why: object) -> SettingsError:
    return SettingsError(
        f"DATABASE_URL cannot be used ({why}): set it to sqlite:///PATH in a folder that can be written, or to a PostgreSQL "
        "database that `testwarden migrate` has prepared."
    )


@contextmanager
def _letters() -> Iterator[DeadLetters]:
    store = environment.load_store()
    telemetry.configure("WARNING", store.store_secrets)
    try:
        with opened(store.database_url) as letters:
            yield letters
    except StoreError as error:
        raise unusable(error) from None


@click.command()
def migrate() -> None:
    """Make or update the tables in DATABASE_URL, before processes of a new version start.

    A server does so by itself where it may; run this where servers have no right to change tables.
    """
    with _letters():
        click.echo("The database is ready.")


@click.group("jobs")
def jobs_group() -> None:
    """Look at the jobs that were given up, and have them tried again."""


@jobs_group.command("list")
def list_dead() -> None:
    """List the jobs that were given up: id, time, pull request, cause, tries, reason."""
    with _letters() as letters:
        rows = [_row(letter) for letter in letters.all()]
    if not rows:
        click.echo("No job was given up.")
        return
    head = ("ID", "GIVEN UP", "PULL REQUEST", "CAUSE", "TRIES", "REASON")
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head))]
    for row in (head, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    click.echo("Try one again with `testwarden jobs retry ID`, all with `testwarden jobs retry --all`.")


@jobs_group.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every job that was given up.")
def retry(ids: tuple[str, ...], every: bool) -> None:
    """Try jobs again that were given up, as often as new ones."""
    if every is bool(ids):
        raise click.UsageError("name jobs by their ID, or say --all")
    with _letters() as letters:
        for id in [letter.id for letter in letters.all()] if every else ids:
            try:
                letters.retry(id)
            except KeyError:
                raise click.UsageError(
                    f"no job {one_line(id, 200)} was given up; `testwarden jobs list` shows those that were"
                ) from None
            except Superseded:
                click.echo(f"{id}: not needed, a newer head was looked at or waits")
            else:
                click.echo(f"{id}: waits")


def _row(letter: DeadLetter) -> tuple[str, ...]:
    job = letter.ticket.job
    name = f"{job.pull.owner}/{job.pull.repo}#{job.pull.number}"
    when = datetime.fromtimestamp(letter.at, UTC).strftime("%Y-%m-%d %H:%M")
    return letter.id, when, one_line(name, 100), job.cause.value, str(letter.ticket.tries), one_line(letter.reason, 60)
