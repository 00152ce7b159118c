"""Who gives a resource back."""

import pytest

from bot.core.releases import cares, released


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
