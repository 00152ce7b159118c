"""Secrets that are none: values that documentation, emulators and test vectors give to everybody.

Kept as the first sixteen hex digits of their SHA-256, so that no scanner finds them here.
"""

import hashlib

# Twenty retired GitHub tokens (test vectors of therootcompany/base62-token.js), one of them as an npm token; Stripe's two
# documentation keys; the account keys of the Azurite and Cosmos DB emulators; Slack's and AWS's documentation secrets.
_PUBLISHED = frozenset(
    """
    976b57ee8acdfcf4 544b9965e4c92e60 6055ac0fc38399ea 685fcff92817b962 62560aa0a9cf858d 50bdb09281aca84c eff6b8b044a09208
    740dcdaee1279c92 e30ae71e01cd8444 c342952d670c7365 e41ab6c4ace1b870 b758b710c20e14af 3facbbb8d3fe3320 5281d3eabf8ac99e
    2dec1a2c9b0657d6 34241fbe8f941735 84e12a3462c3eb42 d200554ad71627a7 134134ef7be642fd c9703515f19a7c96 62b9be56b97d6db2
    2cafc0970149a84f f2d6ca16515033e5 0011cc25eb432071 aa6547439583c3a2 f5375a46365089a8 78314b11be2e5815
    """.split()
)


def is_published(value: str) -> bool:
    """Everybody has this value already."""
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:16] in _PUBLISHED
