"""The same questions of eleven grammars: what is called, under which name a value is handed over, what stands at a place."""

import pytest

from bot.analysis.document import Document
from bot.analysis.shapes import callee, last_name, node_at, slot, snake
from bot.model import Kind, Lines, Source


def document(text: str, language: str, path: str = "tests/x") -> Document:
    return Document(Source(path, language, Kind.CODE, text, Lines(frozenset([1]))))


@pytest.mark.parametrize(
    ("language", "text", "name", "calls"),
    [
        ("python", "self.api.boot(a, image_uuid='ID')", "image_uuid", ["self.api.boot"]),
        ("python", "get_server('ID')", "", ["get_server"]),
        ("python", "f({'image_id': 'ID'})", "image_id", ["f"]),
        ("javascript", "api.boot({imageId: 'ID'})", "image_id", ["api.boot"]),
        ("javascript", "new Foo({hostId: 'ID'})", "host_id", ["Foo"]),
        ("java", 'class A { void t() { api.getServer("ID"); } }', "", ["api.getServer"]),
        ("kotlin", 'fun t() { api.boot(imageId = "ID") }', "image_id", ["api.boot"]),
        ("go", 'package a\nfunc t() { api.Boot(&BootRequest{ImageID: "ID"}) }', "image_id", ["api.Boot"]),
        ("c", 'void t() { boot({.image_id = "ID"}); }', "image_id", ["boot"]),
        ("ruby", "api.boot(image_id: 'ID')", "image_id", ["api.boot"]),
        ("csharp", 'class A { void T() { api.Boot(imageId: "ID"); } }', "image_id", ["api.Boot"]),
        ("php", '<?php $api->boot(["image_id" => "ID"]);', "image_id", ["$api.boot"]),
        ("rust", 'fn t() { api.boot(Boot { image_id: "ID" }); }', "image_id", ["api.boot"]),
        ("shell", 'openstack server create --image "ID"', "", ["openstack"]),
    ],
)
def test_slot(language: str, text: str, name: str, calls: list[str]) -> None:
    at = text.index("ID", text.index('"ID"') if '"ID"' in text else text.index("'ID'"))
    node = node_at(document(text, language), at, at + 2)
    assert node is not None
    assert node.text().strip("'\"") == "ID"
    found = slot(node)
    assert (found.name, [callee(call) for call in found.calls]) == (name, calls)


def test_places_are_counted_in_characters() -> None:
    text = "# \u00e9\U0001f600\nboot(image='ID')"
    node = node_at(document(text, "python"), text.index("ID"), text.index("ID") + 2)
    assert node is not None
    assert node.text() == "ID"


def test_no_place_is_looked_for_where_none_can_be() -> None:
    assert node_at(document("ID", "text"), 0, 2) is None
    assert node_at(document(f"x = [{'1, ' * 1000}]", "python"), 5, 6) is None


@pytest.mark.parametrize("name", ["imageUuid", "image-uuid", "'image_uuid'", ":image_uuid", "ImageUUID"])
def test_snake(name: str) -> None:
    assert snake(name) == "image_uuid"


@pytest.mark.parametrize("dotted", ["self.api.post", "Api::post", "api->post", "post"])
def test_last_name(dotted: str) -> None:
    assert last_name(dotted) == "post"
