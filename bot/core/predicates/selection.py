"""The named questions about which tests a run leaves out, and about identities a job is given."""

import re

from bot.core.predicates.registry import predicate
from bot.core.scene import Scene, stands
from bot.core.security_tests import names_security

_RUNNER = re.compile(
    r"\b(?:pytest|py\.test|addopts|jest|vitest|mocha|ava|nyc|rspec|phpunit|pest|go test|cargo (?:nex)?test"
    r"|mvn|gradlew?|dotnet test|tox"
    r"|nose2?|stestr|unittest|playwright|cypress|ctest|behave|robot)\b"
)
_SUITE_FILE = re.compile(
    r"(?:^|/)(?:pytest\.ini|tox\.ini|setup\.cfg|pyproject\.toml|\.rspec|\.mocharc\S*|phpunit\.xml\S*|testng\.xml)$"
)
_NEGATED = re.compile(r"\bnot\s+([\w-]+)|-skip[= ][\"']?(\S+)|[:=]([^\n]*)")
_ELSEWHERE = re.compile(r"node_modules|vendor|third_party|e2e|perf|bench|example|docs?/|author|\.git\b|accessib", re.IGNORECASE)
_TEST_PATH = re.compile(r"[Tt]est|[Ss]pec|/|\*")


@predicate("runs-tests")
def runs_tests(scene: Scene, text: str) -> bool:
    """The line runs tests, or the file configures how they are run."""
    return _SUITE_FILE.search(scene.path) is not None or _RUNNER.search(scene.line_text()) is not None


@predicate("security-selection")
def security_selection(scene: Scene, text: str) -> bool:
    """Among what the text leaves out is something that a security word names."""
    left_out = [g for m in _NEGATED.finditer(text) for g in m.groups() if g]
    words = [w for part in left_out for w in re.split(r"[\s,\"'\[\]|()]+", part)]
    return any(names_security(w) and not _ELSEWHERE.search(w) for w in words)


@predicate("other-suite")
def other_suite(scene: Scene, text: str) -> bool:
    """What is left out is no unit of this run: other people's code, or tests that need more than a machine."""
    return _ELSEWHERE.search(text) is not None


@predicate("security-test-path")
def security_test_path(scene: Scene, text: str) -> bool:
    """The text is a path or a pattern of tests, and names something that guards."""
    return _TEST_PATH.search(text.partition(">")[2] or text) is not None and ":" not in text


_READS = re.compile(r"env|\$|getenv|secrets\.|variable", re.IGNORECASE)
_SETS = re.compile(r"\b(?:setenv|stubEnv|delenv|unset|export|delete|del|pop|patch|Setenv|set_var|setProperty)\b|:\s*$")
_ROLE = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):role/")
_SAMPLE_ACCOUNTS = frozenset(["123456789012", "111122223333", "444455556666", "999999999999", "012345678901", "210987654321"])
_EMULATED = re.compile(
    r"mock_?(?:aws|sts)|moto\b|[lL]ocal[sS]tack|localhost|127\.0\.0\.1|:4566|endpoint[-_]url|stub|[fF]ake|mock", re.IGNORECASE
)
_ASKS = re.compile(
    r"\b(?:curl|wget|requests?\.\w+|get|fetch|urlopen|http\.\w+|axios\b[\w.]*|Get|NewRequest|open|send|post|put)\s*[(\s]"
)
_ABOUT = re.compile(
    r"(?<![a-z])(?:oidc|id[-_]?token|identity|assume|sts|imds|ssrf)(?![a-z])|metadata|credential[-_]?provider", re.IGNORECASE
)


@predicate("reads-variable")
def reads_variable(scene: Scene, text: str) -> bool:
    """The line reads the variable out of the environment."""
    return _READS.search(scene.line_text()) is not None


@predicate("sets-variable")
def sets_variable(scene: Scene, text: str) -> bool:
    """The line sets the variable, takes it away, or lists it."""
    line = scene.line_text()
    after = line.partition(text)[2]
    return _SETS.search(line) is not None or re.match(r"[\"'\]]*\s*(?::|=(?!=))", after) is not None


@predicate("names-real-role")
def names_real_role(scene: Scene, text: str) -> bool:
    """The call's test names a role of an account that is nobody's sample, or takes it from the environment."""
    accounts = set(_ROLE.findall(scene.scope))
    return bool(accounts) and not all(a in _SAMPLE_ACCOUNTS or len(set(a)) == 1 for a in accounts)


@predicate("emulated-cloud")
def emulated_cloud(scene: Scene, text: str) -> bool:
    """The cloud that the test speaks to is emulated or mocked."""
    return stands(_EMULATED, scene.text)


@predicate("requested")
def requested(scene: Scene, text: str) -> bool:
    """The match's line asks for the address, rather than holding it as data."""
    return _ASKS.search(scene.line_text().partition(text)[0]) is not None


@predicate("about-identity")
def about_identity(scene: Scene, text: str) -> bool:
    """The tests are about providing identities: the path says so."""
    return _ABOUT.search(scene.path) is not None


@predicate("golden-path")
def golden_path(scene: Scene, text: str) -> bool:
    """The file holds what a test expects of the product: its path says so."""
    return _GOLDEN.search(scene.path) is not None


_GOLDEN = re.compile(
    r"snap|golden|approved|verified|expected|\.ambr$|recorded|responses?/|fixtures/.*(?:out|html|headers)", re.IGNORECASE
)
