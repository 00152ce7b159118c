"""Who keeps saying that it lives, lives; who stops is dead when its lease has run out, and not before."""

import time

import pytest
import sqlalchemy as sa

from bot.jobs.database import Database
from bot.jobs.lease import Lease


@pytest.fixture
def database(store):
    database = Database(store.url)
    database.create()
    yield database
    database.dispose()


def set_back(database: Database, name: str, seconds: float) -> None:
    with database.lease.begin() as connection:
        connection.execute(sa.text("UPDATE testwarden_process SET seen = seen - :s WHERE name = :n"), {"s": seconds, "n": name})


def test_two_see_each_other_until_one_leaves(database):
    one, two = Lease(database, 60), Lease(database, 60)
    assert one.name != two.name
    assert (one.alive(two.name), two.alive(one.name), one.alive(one.name)) == (True, True, True)
    two.close()
    assert (one.alive(two.name), one.alive(one.name)) == (False, True)
    one.close()


def test_who_is_silent_for_as_long_as_a_lease_is_dead(database):
    one, two = Lease(database, 60), Lease(database, 60)
    set_back(database, two.name, 50)
    assert one.alive(two.name)
    set_back(database, two.name, 11)
    assert not one.alive(two.name)
    two.close()
    one.close()


def test_it_beats_by_itself_and_knows_when_it_could_not(database):
    other, lease = Lease(database, 60), Lease(database, 0.4)
    set_back(database, lease.name, 100)
    deadline = time.monotonic() + 10
    while not other.alive(lease.name):
        assert time.monotonic() < deadline
        time.sleep(0.02)  # another thread's beat
    assert not lease.lost
    with database.lease.begin() as connection:
        connection.execute(sa.text("ALTER TABLE testwarden_process RENAME TO away"))
    while not lease.lost:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    lease.close()
    other.close()


def test_where_all_were_silent_nobody_is_dead_before_a_lease_is_over(database):
    """The database was away for longer than a lease: the first that is heard again must not take up what the others run."""
    one, two = Lease(database, 60), Lease(database, 60)
    set_back(database, two.name, 61)
    one._heard -= 61
    assert (one.lost, one.alive(two.name), one.alive(one.name)) == (True, True, True)
    one._beat()
    assert (one.lost, one.alive(two.name), one.epoch) == (False, True, 1)
    one._back -= 60
    assert not one.alive(two.name)
    two._beat()
    assert one.alive(two.name)
    two.close()
    one.close()


def test_what_nobody_asks_about_any_more_is_forgotten(database):
    one, two = Lease(database, 60), Lease(database, 60)
    set_back(database, two.name, 60 * 101)
    Lease(database, 60).close()
    with database.lease.connect() as connection:
        names = connection.execute(sa.text("SELECT name FROM testwarden_process")).scalars().all()
    assert names == [one.name]
    two.close()
    one.close()
