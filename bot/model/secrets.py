"""What the bot knows of a secret it has found, once the value itself is left behind."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HashKey:
    """The key under which the values of one organisation are hashed. It is in no repr."""

    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Secret:
    """All that may be told of a secret value. Who lacks the key can test no guess against it.

    `provider`: who handed it out, or the host it opens; '' where its form does not say. `shown`: how it begins, a quarter of it
    and four characters at most. `length`: its characters, None for a short value, of which the length alone says much. `hash`:
    equal for equal values under one key, '' without a key.
    """

    provider: str
    shown: str
    length: int | None
    hash: str = ""
