"""Which numbers and addresses are people's."""

import pytest

from bot.core.personal import cards, ibans, mailboxes, social_numbers


def card(prefix: str) -> str:
    """A number whose last digit makes the sum come out, built here so that none stands in this file."""
    total = sum(d if i % 2 else sum(divmod(2 * d, 10)) for i, d in enumerate(int(c) for c in reversed(prefix)))
    return prefix + str(-total % 10)


def iban(country: str, account: str) -> str:
    turned = "".join(str(int(c, 36)) for c in f"{account}{country}00")
    return f"{country}{98 - int(turned) % 97:02}{account}"


def test_an_issued_card_number_counts_with_and_without_gaps() -> None:
    number = card("431940" + "271844305")
    spaced = " ".join(number[i : i + 4] for i in range(0, 16, 4))
    assert cards(f"a,{number},b") == cards(f"a,{spaced},b") == {number}


@pytest.mark.parametrize(
    "number", ["4242424242424242", "4111111111111111", "5555555555554444", "378282246310005", card("9" * 3 + "840271844305")]
)
def test_published_and_unissued_card_numbers_are_nobodys(number: str) -> None:
    assert cards(number) == set()


def test_a_wrong_check_digit_is_no_card() -> None:
    number = card("431940" + "271844305")
    assert cards(number[:-1] + str((int(number[-1]) + 1) % 10)) == set()


def test_an_account_number_counts_when_its_check_digits_hold() -> None:
    number = iban("DE", "500700" + "240175442301")
    assert ibans(number) == {number}
    assert ibans(number[:2] + "00" + number[4:]) == set()
    assert ibans("GB82 WEST 1234 5698 7654 32") == set()


def test_mailboxes_at_reserved_hosts_and_of_stand_ins_are_nobodys() -> None:
    assert mailboxes("ada.byron@northwind-mail.com") == {"ada.byron@northwind-mail.com"}
    assert mailboxes("ada@example.com john.doe@northwind-mail.com test1@northwind-mail.com git@github.com") == set()


def test_social_security_numbers_in_ranges_never_given_out_are_nobodys() -> None:
    assert social_numbers("512-44-9801") == {"512-44-9801"}
    assert social_numbers("666-44-9801 000-12-3456 912-12-3456 078-05-1120 123-45-6789") == set()
