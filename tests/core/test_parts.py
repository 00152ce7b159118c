"""Where the test part of a product file begins and ends."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.languages import Part
from bot.core.parts import part_lines
from bot.rulebook import load_languages

PARTS = {part.language: part for part in load_languages().parts}

RUST = """\
fn product(x: &'static str) -> char { '{' }

#[cfg(test)]
mod tests {
    // a brace in a comment: }
    /* and /* nested */ } */
    const S: &str = "} \\" }";
    const R: &str = r#"} " }"#;
    const B: [u8; 2] = [b'}', b'\\''];
    fn life<'a>(x: &'a str) -> &'a str { x }
    #[test]
    fn t() { assert!(true); }
}

fn more() {}

#[cfg(not(test))]
fn never() {}

#[cfg(all(feature = "x", test))]
mod other;

#[tokio::test]
async fn u() {
    x().await;
}
// #[cfg(test)] is only prose here
fn last() {}
"""


def test_rust_items_under_a_test_attribute():
    assert part_lines(PARTS["rust"], RUST) == {*range(3, 14), 20, 21, *range(23, 27)}


def test_an_inner_attribute_makes_the_whole_file_a_test():
    assert part_lines(PARTS["rust"], "//! doc\n#![cfg(test)]\nfn a() {}\n") == {1, 2, 3}


def test_a_file_without_tests_has_no_part():
    assert part_lines(PARTS["rust"], "fn a() {}\n") == frozenset()


@pytest.mark.parametrize("tail", ['"', 'r#"', "/*", "{", "(", "//", ""])
def test_an_item_that_never_ends_runs_to_the_end(tail):
    assert part_lines(PARTS["rust"], f"x\n#[test]\nfn a() {{ {tail}\nb\n") == {2, 3, 4}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("toml", "[project]\nname='x'\n[tool.pytest.ini_options]\naddopts=''\n\n[tool.ruff]\n", {3, 4, 5}),
        ("toml", "[tool.coverage.run]\nx=1\n[[tool.tox.env]]\ny=1", {1, 2, 3, 4}),
        ("ini", "[metadata]\nname=x\n[tool:pytest]\naddopts=-q\n[flake8]\n", {3, 4}),
        (
            "json",
            '{\n  "scripts": {\n    "build": "tsc",\n    "test:ci": "jest",\n    "posttest": "x"\n  },\n'
            '  "jest": {\n    "bail": true\n  },\n  "dependencies": {}\n}\n',
            {4, 5, 7, 8},
        ),
        ("make", "build:\n\tcc\n\ntest-unit: build\n\n\tpytest\n# note\nclean:\n\trm x\n", {4, 5, 6}),
        ("make", "test:=1\ntested := 2\n", set()),
    ],
)
def test_parts_of_configuration(language, text, expected):
    assert part_lines(PARTS[language], text) == expected


@given(st.sampled_from(sorted(PARTS)), st.text(st.sampled_from("#[]cfg(test)!{};'\"r/*\\\n ab:\t"), max_size=200))
def test_any_text_has_its_parts_inside_it(language, text):
    lines = part_lines(PARTS[language], "#[test]\n" + text)
    assert all(1 <= n <= text.count("\n") + 2 for n in lines)


@pytest.mark.parametrize("piece", ['r#"', '"', "/*", "#[test]\n", "'", "{", "\\", "//\n", "#[cfg(all("])
def test_hostile_text_takes_one_pass(piece):
    text = "#[test]\n" + piece * (600_000 // len(piece))
    began = time.process_time()
    part_lines(PARTS["rust"], text)
    assert time.process_time() - began < 3


def test_the_shapes_are_the_tables_own():
    assert {p.shape for p in PARTS.values()} == {"section", "indented", "item"}
    assert all(isinstance(p, Part) for p in PARTS.values())
