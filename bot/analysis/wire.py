"""Our nouns as length-prefixed JSON between the pool and its children. What arrives is checked against the noun's own types."""

import json
import struct
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
LENGTH = struct.Struct(">I")
_PLAIN = frozenset([str, int, float, bool, NoneType])


class WireError(ValueError):
    """What arrived is not what was asked for."""


def frame(message: object) -> bytes:
    """A message as one frame. A lone surrogate, which no UTF-8 can carry, becomes `?`: lines and columns stay as they are."""
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return LENGTH.pack(len(body)) + body


def unframe(body: bytes) -> dict[str, Any]:
    """A frame's body -> the message. Raises WireError for anything but a JSON object."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WireError(f"expected JSON: {type(error).__name__}") from None
    if not isinstance(message, dict):
        raise WireError("expected an object")
    return message


def pack(value: Any) -> Any:
    """A noun, or a container of nouns, as plain JSON values."""
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, Enum):
        return value.value
    if names := _names(kind):
        return {name: pack(getattr(value, name)) for name in names}
    if isinstance(value, frozenset):
        return _ranges(value) if {int}.issuperset(map(type, value)) else sorted(pack(v) for v in value)
    if isinstance(value, Mapping):
        return {k: pack(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [pack(v) for v in value]
    return value


def unpack(kind: type[T], data: object) -> T:
    """The noun of type `kind` that `pack` made `data` from. Raises WireError at the first value of another type."""
    return cast(T, _unpack(kind, data))


def _unpack(kind: Any, data: object) -> object:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if data is None and NoneType in arguments:
            return None
        return _unpack(next(a for a in arguments if a is not NoneType), data)
    if origin is tuple:
        items = _list(data)
        kinds = [arguments[0]] * len(items) if arguments[-1] is Ellipsis else list(arguments)
        if len(kinds) != len(items):
            raise WireError("expected a tuple of another length")
        return tuple(_unpack(k, item) for k, item in zip(kinds, items, strict=True))
    if origin is frozenset:
        return _numbers(data) if arguments == (int,) else frozenset(_unpack(arguments[0], item) for item in _list(data))
    if origin is Mapping:
        if not isinstance(data, dict):
            raise WireError("expected a mapping")
        return {_unpack(arguments[0], k): _unpack(arguments[1], v) for k, v in data.items()}
    return _unpack_plain(kind, data)


def _unpack_plain(kind: Any, data: object) -> object:
    if (hints := _hints(kind)) is not None:
        if not isinstance(data, dict) or data.keys() != hints.keys():
            raise WireError(f"expected a {kind.__name__}")
        return kind(**{name: _unpack(hint, data[name]) for name, hint in hints.items()})
    if issubclass(kind, Enum):
        try:
            return kind(data)
        except ValueError:
            raise WireError(f"expected a {kind.__name__}") from None
    if type(data) is not kind:
        raise WireError(f"expected {kind.__name__}")
    return data


@lru_cache(maxsize=64)
def _hints(kind: Any) -> dict[str, Any] | None:
    """The types of a noun's fields, None when `kind` is no noun."""
    return get_type_hints(kind) if is_dataclass(kind) else None


@lru_cache(maxsize=64)
def _names(kind: type) -> tuple[str, ...]:
    """The names of a noun's fields, none when `kind` is no noun."""
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else ()


def _list(data: object) -> list[object]:
    if not isinstance(data, list):
        raise WireError("expected a list")
    return data


def _ranges(numbers: frozenset[int]) -> list[list[int]]:
    """Line numbers as [first, last] runs: a pull usually adds lines in a row."""
    if numbers and max(numbers) - min(numbers) == len(numbers) - 1:
        return [[min(numbers), max(numbers)]]
    runs: list[list[int]] = []
    for n in sorted(numbers):
        if runs and n == runs[-1][1] + 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    return runs


def _numbers(data: object) -> frozenset[int]:
    runs = unpack(tuple[tuple[int, int], ...], data)
    return frozenset(n for first, last in runs for n in range(first, last + 1))
