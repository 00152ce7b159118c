"""What the considerations' examples cannot say: ranges, counts, unchanged lines, and the sentence that comes out."""

import pytest

from bot.analysis.detectors import load_all
from bot.analysis.engine import scan
from bot.core.diff import rediff
from bot.core.fingerprint import stamp
from bot.core.grounding import ground
from bot.core.summary import Look, where
from bot.core.words import phrase
from bot.model import Conclusion, Finding, Kind, Lines, Side, Source, Verdict
from bot.rulebook import load

load_all()
BOOK = load()
RULES = BOOK.rules
SCENARIO = """\
class TestMigrateOneOfMany(base.TestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(policy_fixture.RealPolicy())
        image_fake.stub_out_image_service(self)
        self.start_service('compute')
        # fake nodes, one for each host
        fake.set_nodes(['one'])
        fake_network.stub_network_methods(self)
        self.flavor = self.api.get_flavors()[0]

    def _boot(self):
        request = self._build_request(
            self.api,
            image_uuid='155d900f-4e14-4e4c-a73d-069cbf4541e6',
            networks='none')
        return self.api.post_server(request)

    def _wait(self, server):
        for attempt in range(10):
            if self.api.get_migrations(server):
                return
            time.sleep(0.5)
        self.fail('no migration of %s' % server)

    def test_migrate(self):
        server = self._boot()
        self.api.post_server_action(server, {'migrate': {}})
        self._wait(server)
"""


def look(text: str, path: str = "tests/functional/test_migrate.py", added: set[int] | None = None) -> list[Finding]:
    lines = frozenset(added if added is not None else range(1, text.count("\n") + 2))
    source = Source(path, "python", Kind.CODE, text, Lines(lines, lines))
    advice = [r for r in RULES.values() if r.id.startswith("adv-")]
    return [phrase(hit, RULES[hit.rule], "f") for hit in scan(source, advice)]


def test_a_scenario_gets_one_remark_of_each_kind() -> None:
    assert [(f.line, f.end_line, f.rule, f.what) for f in look(SCENARIO)] == [
        (5, 9, "adv-heavy-fakes", "3 fakes and stubs in `setUp`: images, scheduling, network"),
        (15, 15, "adv-hardcoded-identifier", "fixed identifier `image_uuid='155d900f-…'`"),
        (16, 16, "adv-feature-off", "`networks='none'` leaves that boundary out of the scenario"),
        (23, 23, "adv-sleep-poll", "`time.sleep(0.5)` waits a fixed time"),
        (28, 28, "adv-unguarded-call", "result of `post_server_action` unused"),
    ]


def test_a_change_inside_an_old_set_up_is_not_a_new_set_up() -> None:
    assert look(SCENARIO, added={8, 9, 10}) == []
    assert [f.rule for f in look(SCENARIO, added={5, 8, 9})] == ["adv-heavy-fakes"]


def test_unit_tests_fake_what_surrounds_their_unit() -> None:
    rules = [f.rule for f in look(SCENARIO, path="nova/tests/unit/test_migrate.py")]
    assert "adv-heavy-fakes" not in rules
    assert len(rules) == 4


def test_identifiers_are_one_remark_a_file_with_a_count() -> None:
    text = "".join(f"api.get_volume('{n}a9cf19b-2d0b-4f6a-9e6f-7f1c5d1e0b3a')\n" for n in "8bc8")
    (found,) = look(text)
    assert (found.line, found.what) == (1, "fixed identifier `'8a9cf19b-…' and 2 more`")
    (later,) = look(text, added={3})
    assert (later.line, later.what) == (3, "fixed identifier `'ca9cf19b-…'`")


@pytest.mark.parametrize("blank", [" ", "\n"])
def test_a_line_that_only_machines_write_costs_nothing(blank: str) -> None:
    call = "api.get_volume('8a9cf19b-2d0b-4f6a-9e6f-7f1c5d1e0b3a', networks='none');"
    found = look(f"x = [{blank.join(['1,'] * 2000)}]\n{call}" if blank == "\n" else f"x = [{'1, ' * 2000}]; {call}")
    assert len(found) == (0 if blank == " " else 2)


def test_a_removed_test_is_spoken_of_where_it_stood() -> None:
    kept = "def test_login():\n    assert login(token()).status == 200\n"
    gone = "def test_login_refuses_expired_token():\n    assert login(expired()).status == 401\n\n"
    source = Source("tests/test_auth.py", "python", Kind.CODE, kept, rediff(gone + kept, kept))
    findings, _ = stamp(scan(source, [RULES["adv-removed-security-test"]]), BOOK)
    (finding,) = ground(findings, [source]).kept
    assert (finding.side, finding.line, finding.quote) == (Side.LEFT, 1, "test_login_refuses_expired_token")
    page = Look(Verdict(Conclusion.CLEAN), findings, (source,), (), BOOK, "c" * 40, "https://github.com/acme/app/pull/5")
    assert where(page, finding) == "`tests/test_auth.py:1` on the base"


def test_advice_speaks_in_clauses() -> None:
    for rule in RULES.values():
        if rule.id.startswith("adv-"):
            assert not any(text.rstrip().endswith(".") for text in (rule.what, rule.why, rule.fix)), rule.id
