"""Environment variables that hold CI and cloud secrets: their names, whose service each is for, and who sets them."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

_WORDS = (
    r"TOKEN|SECRET|SECRETS|PASSWORD|PASSWD|PASSPHRASE|APIKEY|API_KEY|PRIVATE_KEY|ACCESS_KEY|SIGNING_KEY|ENCRYPTION_KEY|AUTH_KEY"
    r"|CREDENTIALS|CREDENTIAL|PAT|CONNECTION_STRING|SERVICE_ACCOUNT_KEY|WEBHOOK_SECRET"
)
# Names that say something about a secret, and do not hold one.
_ABOUT = (
    r"(?:FILE|FILENAME|PATH|DIR|NAME|NAMES|ARN|URL|URI|ID|IDS|TYPE|COUNT|TTL|EXPIRY|EXPIRES\w*|LENGTH|SIZE|VERSION|ENABLED"
    r"|HOST|PREFIX|HEADER|REGION|LIMIT|MAX\w*|MIN\w*)"
)
SECRET = rf"(?<![A-Za-z0-9_])(?:[A-Z0-9]+_)*(?:{_WORDS})(?:_(?!{_ABOUT}\b)[A-Z0-9]+)*(?![A-Za-z0-9_])"
_SECRET = re.compile(SECRET)
# `TOKEN = os.environ["TOKEN"]` reads it, and sets nothing.
_READ = (
    r"\s*[\"'`]?(?:\$(?:\(|\{\{|\{?\w*(?:TOKEN|SECRET|PASS|KEY|CRED|PAT\b))|(?:os\.)?(?:environ|getenv|Getenv|LookupEnv)"
    r"|process\.env|import\.meta|ENV\b|System\.getenv|(?:std::)?env::|Environment\.)"
)
_WORD = re.compile(r"\w+")
_GIVEN = re.compile(rf"(?<!\w)\w++(?=['\"`]?\s*+\]?\s*+(?:(?:\|\|=|\?\?=|=(?![=~>]))(?!{_READ})|:\s*['\"`\w](?!{_READ})))")
_SETTER = re.compile(
    r"(?:set_?env|stubEnv|SetEnvironmentVariable|putenv|set_var|setProperty|setdefault|setitem)\w{0,40}+\s*+\(\s*+"
    r"(?=(?P<arguments>[^)\n]{0,60}\w*))",
    re.IGNORECASE,
)

# A word of the variable's name, and parts of the hosts that may see it. Names of CI and cloud services only: what an unknown
# word stands for cannot be told from the name.
_SERVICES = {
    "GITHUB": ("github", "ghcr"),
    "GH": ("github", "ghcr"),
    "ACTIONS": ("githubusercontent", "github"),
    "GITLAB": ("gitlab",),
    "CI_JOB": ("gitlab",),
    "BITBUCKET": ("bitbucket", "atlassian"),
    "NPM": ("npmjs", "npm"),
    "NODE_AUTH": ("npmjs", "github"),
    "PYPI": ("pypi",),
    "TWINE": ("pypi",),
    "CARGO": ("crates",),
    "RUBYGEMS": ("rubygems",),
    "DOCKER": ("docker",),
    "DOCKERHUB": ("docker",),
    "CODECOV": ("codecov",),
    "COVERALLS": ("coveralls",),
    "SONAR": ("sonar",),
    "SENTRY": ("sentry",),
    "AWS": ("amazonaws", "aws"),
    "AZURE": ("azure", "microsoft", "windows.net", "visualstudio"),
    "ARM": ("azure", "microsoft"),
    "GOOGLE": ("google",),
    "GCP": ("google",),
    "DIGITALOCEAN": ("digitalocean",),
    "CLOUDFLARE": ("cloudflare",),
    "HEROKU": ("heroku",),
    "VERCEL": ("vercel",),
    "NETLIFY": ("netlify",),
    "VAULT": ("vault", "hashicorp"),
    "SLACK": ("slack",),
    "STRIPE": ("stripe",),
    "TWILIO": ("twilio",),
    "OPENAI": ("openai", "azure"),
    "ANTHROPIC": ("anthropic",),
    "HF": ("huggingface",),
    "HUGGINGFACE": ("huggingface",),
    "SNYK": ("snyk",),
    "CIRCLE": ("circleci",),
    "CIRCLECI": ("circleci",),
    "BUILDKITE": ("buildkite",),
}


def is_secret(name: str) -> bool:
    """The variable's name is one that CI and cloud secrets go by."""
    return bool(_SECRET.fullmatch(name))


def belongs(name: str, hosts: Iterable[str]) -> bool:
    """Each host may see the variable: it is of the service that the name speaks of, or the name speaks of none that is known."""
    services = next((s for word, s in _SERVICES.items() if f"_{word}_" in f"_{name}_"), None)
    return services is None or all(any(part in host for part in services) for host in hosts)


def sets(text: str, name: str) -> bool:
    """The text gives the variable a value itself, so that what it holds is the test's own."""
    endings = _endings(text)
    at = bisect_left(endings, name[::-1])
    return at < len(endings) and endings[at].startswith(name[::-1])


@lru_cache(maxsize=2)
def _endings(text: str) -> list[str]:
    """The words of a text to which it gives a value, each from its end to its beginning, sorted: one look at the text answers
    for all the variables that it reads."""
    given = {m.group() for m in _GIVEN.finditer(text)}
    for call in _SETTER.finditer(text):
        given.update(_WORD.findall(call["arguments"]))
    return sorted(word[::-1] for word in given)
