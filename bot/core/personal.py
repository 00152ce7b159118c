"""Numbers and addresses that belong to people: whether they are well formed, and whether they are anybody's at all.

The published test numbers and the documentation ranges are nobody's. What is found is counted, never shown.
"""

import re

from bot.core.hosts import is_public

_CARD = re.compile(r"(?<![\w.-])(?:\d{4}[ -]?){3}\d{1,7}(?![\w.-])")
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9])")
_MAIL = re.compile(r"(?<![\w.+-])[A-Za-z][\w.+-]{1,60}@(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_SOCIAL = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
_NOBODYS_SOCIAL = frozenset(["078-05-1120", "219-09-9999", "123-45-6789"])
# Issuers of cards that people carry: Visa, Mastercard, American Express, Discover, by their leading digits.
_ISSUED = re.compile(r"4\d{15}|4\d{12}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12}")
# Numbers that payment companies publish for tests, by the digits that set them apart.
_TEST_CARDS = re.compile(
    r"4(?:242){5}|4(?:0{3,}|1{15}|2{15})|40000\d{11}|5555555555554444|5105105105105100|222300\d{10}|3782822463100\d\d|371449635398431"
    r"|378734493671000|6011(?:1{12}|000990139424|000400000000)|65(?:0{2,}|1{2,})\d+|4012888888881881|4222222222222|5454545454545454"
    r"|4444333322221111|4917610000000000|4539\d{12}|4485\d{12}|4916\d{12}"
)
_NOBODYS_IBANS = tuple(
    "GB82WEST GB29NWBK GB33BUKB DE89370400440532013000 FR1420041010050500013M02606"
    " NL91ABNA ES9121000418 CH93007620 AT61190430".split()
)
_NOBODYS_MAIL = re.compile(
    r"^(?:test|user|foo|bar|baz|john\.?(?:doe|smith)?|jane\.?(?:doe)?|admin|info|noreply|no-reply|support|example|name|someone|me|you|a|b|c|alice|bob|git)\d*[@.+]",
    re.IGNORECASE,
)


def cards(text: str) -> set[str]:
    """The payment card numbers that an issuer could have given out and that nobody publishes for tests."""
    numbers = {re.sub(r"\D", "", m.group()) for m in _CARD.finditer(text)}
    return {n for n in numbers if _ISSUED.fullmatch(n) and _luhn(n) and not _TEST_CARDS.fullmatch(n) and len(set(n)) > 4}


def ibans(text: str) -> set[str]:
    """The account numbers whose check digits hold and that no standard or bank prints as a sample."""
    found = {m.group().replace(" ", "") for m in _IBAN.finditer(text)}
    return {i for i in found if 15 <= len(i) <= 34 and _mod_97(i) and not i.startswith(_NOBODYS_IBANS) and len(set(i[4:])) > 4}


def mailboxes(text: str) -> set[str]:
    """The addresses at hosts that anybody could own, and that do not say themselves that they are stand-ins."""
    found = {m.group().lower(): m["host"] for m in _MAIL.finditer(text)}
    return {mail for mail, host in found.items() if is_public(host) and not _NOBODYS_MAIL.match(mail)}


def social_numbers(text: str) -> set[str]:
    """US social security numbers outside the ranges that are never given out."""
    return {m.group() for m in _SOCIAL.finditer(text)} - _NOBODYS_SOCIAL


def _luhn(number: str) -> bool:
    digits = [int(d) for d in reversed(number)]
    return sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0


def _mod_97(iban: str) -> bool:
    turned = iban[4:] + iban[:4]
    return turned.isalnum() and turned.isascii() and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1
