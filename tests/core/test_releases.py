"""Who gives a resource back."""

import pytest

from bot.core.holding import acquires, hands_on, owned, starts
from bot.core.releases import cares, members, one_of_all, released


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("server.close();", "server"),
        ("defer conn.Close()", "conn"),
        ("free(value);", "value"),
        ("strbuf_release(&buf);", "buf"),
        ("try (Response response = call.execute()) {", "response"),
        ("using var reader = command.ExecuteReader();", "reader"),
        ("with open(path) as f:", "f"),
        ("File.open(path) do |f|", "f"),
        ("delete[] rows;", "rows"),
        ("closeQuietly(reader, server);", "server"),
        ("delete_rows(&rows);", "rows"),
        ("process.communicate()", "process"),
        ("group.config().loop().shutdownGracefully();", "group"),
        ("Process.kill(:INT, pid)", "pid"),
        ("exec {pipe}>&-", "pipe"),
    ],
)
def test_lines_that_give_back(line: str, name: str) -> None:
    assert name in released(line)


@pytest.mark.parametrize(
    "line", ["socket.send(data)", "assert response.code() == 200", "value = get(name)", "client.Delete(ctx, key)"]
)
def test_lines_that_give_nothing_back(line: str) -> None:
    assert list(released(line)) == []


@pytest.mark.parametrize(
    "line", ["t.Cleanup(func() {", "self.addCleanup(server.stop)", "@Rule public Server s;", "try (var x = y) {"]
)
def test_lines_in_charge_of_it(line: str) -> None:
    assert cares(line)


def test_an_ordinary_line_is_in_charge_of_nothing() -> None:
    assert not cares("server.enqueue(response)")


@pytest.mark.parametrize(
    ("line", "member"),
    [
        ("self.db.close()", "db"),
        ("$this->db->close();", "db"),
        ("@server.shutdown", "server"),
        ("cls.worker.join(timeout=2)", "worker"),
    ],
)
def test_members_that_are_given_back(line: str, member: str) -> None:
    assert list(members(line)) == [member]


@pytest.mark.parametrize("line", ["names.join(', ')", "os.path.join(a, b)", "path.endswith('/')", "wait_for(server)"])
def test_calls_that_only_sound_so(line: str) -> None:
    assert list(members(line)) == []


def test_a_loop_gives_back_one_by_one() -> None:
    assert one_of_all("for sock in sockets:") == ("sock", "sockets")
    assert one_of_all("for (Socket s : open) {") == ("s", "open")
    assert one_of_all("x = 1") is None


@pytest.mark.parametrize(
    "line",
    [
        "db = Pool()",
        "Db db = (Db) factory.make();",
        "[db] = bind(0)",
        "let db = unsafe { dup(1) };",
        "db = Pool.new",
        "x_open(1, &db);",
    ],
)
def test_lines_that_acquire(line: str) -> None:
    assert acquires("db").search(line)


@pytest.mark.parametrize("line", ["db = 3", "db := t.TempDir()", "db == make()", "use(db)"])
def test_lines_that_acquire_nothing(line: str) -> None:
    assert not acquires("db").search(line)


def test_who_takes_it_over() -> None:
    assert hands_on("closers.append(db)", "db")
    assert hands_on("self.db = db", "db")
    assert not hands_on("db.use()", "db")
    assert starts("await db.start();", "db")
    assert owned(["defer db.Close()"], 1, "db", holds=True, fresh=True)
    assert not owned(["with db.connect() as conn:"], 1, "db", holds=True, fresh=True)
    assert not owned(["selector.register(db)"], 1, "db", holds=True, fresh=False)
    assert not owned(["defer other.Close()"], 1, "db", holds=False, fresh=True)
