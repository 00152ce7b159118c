"""Azure's identifiable keys: a signature near the end of the base64 says which service, and a Marvin checksum that it was issued.

Algorithm, signatures and seeds as Microsoft publishes them: github.com/microsoft/security-utilities (IdentifiableSecrets,
IdentifiableMetadata), Marvin32 in github.com/microsoft/SymCrypt. A seed is an eight-letter word read as a number.
"""

import binascii
import re
from base64 import b64decode, b64encode

_MESSAGING = ("Send0000", "Manage00", "Listen00", "System00", "Unknown0")
_SEEDS = {
    "AZEG": ("Default0",),
    "+ASb": _MESSAGING,
    "+AEh": _MESSAGING,
    "+ARm": _MESSAGING,
    "+ABa": ("AbAcct00",),
    "AzFu": ("Master00", "System00", "Functi00"),
    "ACDb": ("SysAll00", "Resour00", "MastRO00", "SystRO00", "Encryp00", "MastRW00", "SystRW00"),
    "AzCa": ("Access00",),
    "+ASt": ("Default0",),
    "AzSe": ("Query000", "PAdmin00"),
    "+AMC": ("Classic0",),
    "+ACR": ("ACRDflt0",),
    "+SQL": ("UsrPwd00",),
    "AIoT": ("IoTHub00", "DpsKey00", "Device00"),
    "APIM": ("Tenant00", "IoTHub00", "Gatewy00", "GitKey00"),
}
SIGNATURES = tuple(_SEEDS)
_ENDS = "|".join(re.escape(s) for s in SIGNATURES)
# A whole run of base64: one look at each, however long it is.
KEY = re.compile(rf"(?<![0-9A-Za-z+/_-])[0-9A-Za-z+/_-]{{28,80}}(?:{_ENDS})[0-9A-Za-z+/_-]{{6}}={{0,2}}(?![0-9A-Za-z+/=_-])")
ANNOTATED = "[0-9A-Za-z]{52}JQQJ9[9DH][0-9A-Za-z][A-L][0-9A-Za-z]{16}[A-Za-z][0-9A-Za-z]{7}"
_AFTER = 10  # characters from the signature to the end: itself and the checksum
_CHECKSUM = 4
_MASK = 0xFFFFFFFF


def is_issued(key: str) -> bool:
    """The last four bytes are the checksum of all before them, under a seed of the service that the signature names."""
    bare = key.rstrip("=")
    seeds = _SEEDS.get(bare[-_AFTER : -_AFTER + 4], ())
    data = _decoded(bare)
    ends = int.from_bytes(data[-_CHECKSUM:], "little")
    return any(marvin32(data[:-_CHECKSUM], _seed(word)) == ends for word in seeds)


def is_annotated(key: str) -> bool:
    """A common annotated key: its last three bytes begin the checksum of the sixty before them."""
    data = _decoded(key)
    return marvin32(data[:60], _seed("Default0")).to_bytes(4, "little")[:3] == data[60:63]


def marvin32(data: bytes, seed: int) -> int:
    """The Marvin checksum, folded to 32 bits."""
    low, high = seed & _MASK, seed >> 32
    whole = len(data) - len(data) % 4
    words = [int.from_bytes(data[at : at + 4], "little") for at in range(0, whole, 4)]
    last = int.from_bytes(data[whole:] + b"\x80", "little")
    for word in (*words, last, 0):
        low = (low + word) & _MASK
        high ^= low
        low = (_turned(low, 20) + high) & _MASK
        high = _turned(high, 9) ^ low
        low = (_turned(low, 27) + high) & _MASK
        high = _turned(high, 19)
    return low ^ high


def _turned(number: int, by: int) -> int:
    return (number << by | number >> (32 - by)) & _MASK


def _seed(word: str) -> int:
    return int.from_bytes(word.encode(), "big")


def _decoded(key: str) -> bytes:
    """The bytes of base64 in either alphabet; none when it is no base64, or not as one would write it."""
    plain = key.replace("-", "+").replace("_", "/")
    try:
        data = b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (ValueError, binascii.Error):
        return b""
    return data if b64encode(data).decode().rstrip("=") == plain else b""
