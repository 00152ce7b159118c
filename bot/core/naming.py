"""Short stable names of what we say, by which we know it again."""

import hashlib
import json

LENGTH = 16


def digest(*parts: str) -> str:
    """A name of some texts; where one ends and the next begins matters."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:LENGTH]
