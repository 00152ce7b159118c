"""Is this a test of a security control? Two independent signs are asked for, because each alone is common in ordinary tests.

Measured on 7,950 test commits of six projects: a security-sounding name alone would have spoken 247 times, mostly of moved tests.
"""

import re

_WORDS = (
    "auth|login|permission|polic(?:y|ies)|rbac|acl|csrf|xsrf|xss|inject|traversal|saniti[sz]|escap|password|passwd|token|session|"
    "tls|ssl|cert|signature|signed|crypt|secret|sandbox|origin|cors|csp|redirect|cve|security|secure|oauth|saml|jwt|webauthn|mfa|"
    "privilege|credential|forbid|unauthori[sz]|denied|deny|access|insecure|vulnerab|attack|malicious|exploit|spoof|tamper|forge[dr]|ssrf"
    "|rsa|ecdsa|hmac|trust|firewall"
)
# A word of a name: at its start, after an underscore or dash, or at a capital (testLoginDenied, TestAuthZ, test_auth).
_NAME = re.compile(rf"(?:^|[^a-z])(?:{_WORDS})", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
DENIAL = re.compile(
    r"\b(?:401|403)\b|forbidden|unauthori[sz]ed|(?:permission|access)[_ ]?denied|not[_ ]?authori[sz]ed|ssl[_ ]?error|"
    r"certificate[_ ]?verif|invalid[_ ]?(?:signature|token|credential|certificate)|bad[_ ]?(?:signature|credentials)|"
    r"signature[_ ]?(?:mismatch|invalid)|csrf[_ ]?error|"
    r"(?:is|are)[_ ]?(?:allowed|valid|authori[sz]ed|authenticated|permitted)\w*\W+(?:false|nil|none)",
    re.IGNORECASE,
)
_PAYLOAD = re.compile(r"\.\./\.\.|' ?or ?'?1|<script|\$\{jndi:|%00|%2e%2e|javascript:alert|alg\W+none|\{\{7\*7", re.IGNORECASE)
_IMPORT = re.compile(
    r"^\s*(?:import|from|using|use|require|#include|const .*require)\b.*$|^\t(?:\w+ )?\"[\w./-]+\"$", re.MULTILINE | re.IGNORECASE
)


def is_security_test(path: str, name: str, body: str, file_text: str) -> bool:
    """At least two of: its name or path says so, it expects a denial, it sends an attack, the file imports a security module."""
    signs = [
        names_security(name) or names_security(path),
        DENIAL.search(body) is not None,
        _PAYLOAD.search(body) is not None,
        any(names_security(line) for line in _IMPORT.findall(file_text[:20_000])),
    ]
    return sum(signs) >= 2


def names_security(name: str) -> bool:
    """A name or path with a security word in it, as a word of its own or of a compound."""
    return _NAME.search(_CAMEL.sub("_", name)) is not None
