"""A PostgreSQL server for tests: started from the machine's own initdb, in a folder that is gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import psycopg

REQUIRED = "TESTWARDEN_REQUIRE_POSTGRES"  # set where a missing server is a failure: in CI
_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


def programs() -> Path | None:
    """The folder of initdb and postgres."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += [folder for place in _PLACES for folder in sorted(Path("/").glob(place[1:]), reverse=True)]
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


class Server:
    """One cluster, reached through a socket in its own folder, by whoever may enter that. It may be stopped and started."""

    def __init__(self, programs: Path, fsync: bool = False) -> None:
        """Without fsync where nobody switches the machine off; a server that is killed loses nothing either way."""
        self._programs, self._fsync = programs, fsync
        self.folder = Path(tempfile.mkdtemp(prefix="tw-pg-", dir="/tmp"))  # a socket's path is at most 107 bytes long
        self._data, self._process = self.folder / "data", None
        self._given = {}
        if os.getuid() == 0:  # which the server refuses to run as
            nobody = pwd.getpwnam("nobody")
            self._given = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        initdb = (programs / "initdb", "-D", self._data, "-U", "warden", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd="/", **self._given)
        self.start()

    def start(self) -> None:
        settings = {
            "unix_socket_directories": self.folder,
            "listen_addresses": "",
            "fsync": "on" if self._fsync else "off",
            "max_connections": "300",
            "log_min_messages": "fatal",
        }
        options = [f"-c{name}={value}" for name, value in settings.items()]
        command = (self._programs / "postgres", "-D", self._data, *options)
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **self._given)
        log.close()
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
                time.sleep(0.05)
            else:
                return

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """At once, without a word to its clients."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(60)

    def close(self) -> None:
        if self._process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        return f"postgresql://warden@/{database}?host={self.folder}"

    def create(self, template: str = "template1") -> str:
        """A new database, as its name."""
        name = f"t{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
