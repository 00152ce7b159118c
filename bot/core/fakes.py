"""What a made-up value looks like: shapes, ladders, repeats and words that a random secret practically never has."""

import re
from functools import lru_cache

_TEMPLATE = re.compile(
    r"\$\{|\$\(|\{\{|\}\}|\{[A-Za-z_][\w.]*\}|<[^<>]{1,60}>|%[sdv(]|%\{|#\{|\*{3}|\.{3}|…|[xX]{4}|[•●]{3}|_{4}"
    r"|REDACT|FILTERED|SCRUBBED|MASKED|REMOVED|EXAMPLE|CHANGE_?ME|PLACEHOLDER|YOUR[_-]|INSERT[_-]",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HASH = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})", re.IGNORECASE)
_PASSWORD_HASH = re.compile(
    r"\$(?:2[abxy]?|5|6|1|y|argon2\w*|pbkdf2[\w-]*|scrypt)\$|(?:pbkdf2|bcrypt|argon2|scrypt|\{SSHA\}|\{bcrypt\})", re.I
)
_RUN = re.compile(r"(.)\1{3}")
_HEX_RUN = re.compile(r"(.)\1{5}")
_HEX = re.compile(r"[0-9a-fA-F]+")
_LADDERS = (
    "0123456789abcdef0123456789abcdef",
    "12345678901234567890",
    "abcdefghijklmnopqrstuvwxyzabcdef",
    "qwertyuiopasdfghjklzxcvbnm",
)
_STEPS = 8
_LEET = str.maketrans("013457@$!", "oleastasi")
_ENOUGH = 512  # characters of a value that are looked at

# Ours, and small: what people type when a test wants a string. Four letters and more.
WORDS = frozenset(
    """abcd account active admin administrator alice alpha analyst android animal answer apple april archive argument array asdf
    asset auth autumn awesome backup banana base basic batman battery bearer beta black blah block blue board boolean
    bravo browser bucket build button bytes cache call cassandra cert chain changeit changeme channel charlie check cheese
    chicken child client cloud code coffee color common company computer config connect console consumer content cookie
    cool correct count create cred credential crypto customer data database date dead debug december default delta demo
    deny deploy device digest docker document dollar domain doom download dragon driver dummy east echo edit elastic email
    empty encoded encrypt entity entry error event every example expired external factory fail fake false family february
    field file first fixture flag flask flower folder foobar football form forward franz friday friend full function game
    gamma garbage gateway generic github gitlab good google grape green group guest hash header hello here hidden home
    horse host house html http hunter iloveyou image index info inner input insecure instance integration internal invalid
    issue item january java jenkins john json july june kafka keep kerberos key1 king kitten know lambda laravel large
    last lazy legit lemon letmein letter level light line linux list live load local lock login lorem love lower magic
    mail main manager march marker master match maven member memory merge message metadata middle mobile mock model module
    monday money mongo monkey month mouse movie music mykey mysecret mysql name nano never night ninja node none normal
    north nothing november null number object october okay oracle orange order other outer owner pass passphrase passwd
    password path pepper person phone phrase pizza plain player please point policy port post postgres princess print
    private prod production profile project prometheus proof proxy public purple push python query queue quick rabbit
    rabbitmq rails random read really record redis refresh region register regular reject release remote replace report
    request reset resource response rest result revoked right ring river robot role root route ruby rule safe salt same
    sample sandbox saturday save scheme school scope search season second secret secure select sender september sequence
    server service session shadow shared short sign signature signing silver simple single site slack small snow some
    something source south spam spring stage staging star start state static status step stone storage store string strong
    stub student stuff style submit summer sunday super superman support sure swordfish symfony system table target team
    temp template tenant term terraform test text that them there thing this thursday tiger time title token tomcat tool
    track trial tuesday twitter type under unicorn unit unknown unused update upload upper used user username valid value
    vault vector very video view wallet water wednesday welcome west whatever white winter with wizard word work world
    wrong yellow your zebra zone""".split()
)
_LONG_WORDS = frozenset(w for w in WORDS if len(w) >= 5)
_ANY_WORD = re.compile("(?=(" + "|".join(sorted(WORDS, key=lambda w: (-len(w), w))) + "))")


def is_template(value: str) -> bool:
    """Interpolation, a redaction mark, or a request to put something in its place."""
    return _TEMPLATE.search(value[:_ENOUGH]) is not None


def is_uuid(value: str) -> bool:
    """The shape of a UUID and no more."""
    return _UUID.fullmatch(value) is not None


def is_hash(value: str) -> bool:
    """The length and the alphabet of a hexadecimal digest."""
    return _HASH.fullmatch(value) is not None


def is_password_hash(value: str) -> bool:
    """The encoding of a hashed password, which no one can log in with."""
    return _PASSWORD_HASH.match(value) is not None


def is_patterned(value: str) -> bool:
    """Too few different characters, a long run of one, a ladder or a keyboard row up or down, or mostly repeats of itself."""
    value = value[:_ENOUGH]
    run = _HEX_RUN if _HEX.fullmatch(value) else _RUN
    if run.search(value) or (len(value) >= 20 and len(set(value)) <= 8) or _repeats(value) >= 0.4:
        return True
    lower = value.lower()
    steps = {lower[i : i + _STEPS] for i in range(len(lower) - _STEPS + 1)}
    return any(step in ladder or step[::-1] in ladder for step in steps for ladder in _LADDERS)


def word_share(value: str) -> float:
    """The share of the value's letters that belong to words, written plainly or with digits for letters."""
    return max(_share(value[:_ENOUGH].lower()), _share(value[:_ENOUGH].lower().translate(_LEET)))


def has_long_word(value: str) -> bool:
    """A word of five letters or more stands in the value."""
    lower = value[:_ENOUGH].lower()
    return any(word in lower for word in _LONG_WORDS)


def name_words(name: str) -> frozenset[str]:
    """`fakeApiToken`, `FAKE_API_TOKEN`, `fake-api.token` -> {fake, api, token}."""
    return frozenset(w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name[:_ENOUGH]))


@lru_cache(maxsize=512)
def _share(text: str) -> float:
    letters = sum(c.isalpha() for c in text)
    covered: set[int] = set()
    for match in _ANY_WORD.finditer(text):
        covered.update(range(match.start(1), match.end(1)))
    return len(covered) / letters if letters else 0.0


def _repeats(value: str) -> float:
    """The share of the value that says again, in pieces of five, what it has said before."""
    seen: set[str] = set()
    again: set[int] = set()
    for i in range(len(value) - 4):
        piece = value[i : i + 5]
        if piece in seen:
            again.update(range(i, i + 5))
        seen.add(piece)
    return len(again) / len(value) if value else 0.0
