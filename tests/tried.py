"""A database on which this release has been started before, so that a server on it tries no rule."""

from bot.jobs.database import Database
from bot.jobs.passed import Passed
from bot.wiring.self_test import release


def tried(url: str) -> str:
    """Its address. (The rules' self-test costs ten seconds of a core, and has a test of its own.)"""
    database = Database(url)
    database.create()
    Passed(database).note(release())
    database.dispose()
    return url
