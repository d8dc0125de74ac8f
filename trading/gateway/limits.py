"""How long MetaTrader's texts may be: bytes in the server's code page (docs/metatrader.md).

MetaTrader cuts a text that is longer without a word, and keeps "?" for what its code page lacks.
Both are refused here before anything is sent, so that what stands there is what was meant.
"""

from collections.abc import Mapping

from trading.gateway.errors import BadMessage

COMMENT_BYTES = 31  # of a ticket
PASSWORD_LENGTHS = range(5, 16)
GROUP_BYTES = 15
#: The texts of an account's record; a field of N bytes holds N − 1.
ACCOUNT_BYTES: Mapping[str, int] = {
    "group": GROUP_BYTES,
    "name": 127,
    "country": 31,
    "city": 31,
    "state": 31,
    "zip_code": 15,
    "address": 95,
    "lead_source": 31,
    "phone": 31,
    "email": 47,
    "comment": 63,
    "id_number": 31,
    "status": 15,
}


def require_fits(what: str, text: str, most: int, code_page: str) -> None:
    """Raise BadMessage unless the server can keep this text as it is."""
    try:
        length = len(text.encode(code_page))
    except UnicodeEncodeError as wrong:
        bad = text[wrong.start]
        raise BadMessage(
            f"The {what} holds {bad!r}, which the server's code page {code_page} has not: "
            "write it with letters of that code page."
        ) from None
    if length > most:
        raise BadMessage(
            f"The {what} has {length} bytes in {code_page}; MetaTrader keeps {most}: shorten it."
        )
    if any(ord(letter) < 32 for letter in text):
        raise BadMessage(f"The {what} holds a control character: leave it out.")


def require_password(password: str) -> None:
    """Raise BadMessage unless this is a password by MetaTrader's rule: 5 to 15 ASCII characters."""
    if len(password) not in PASSWORD_LENGTHS or not password.isascii():
        raise BadMessage(
            "A MetaTrader password has 5 to 15 characters without accents: choose another."
        )
    kinds = (str.islower, str.isupper, str.isdigit)
    if sum(any(map(kind, password)) for kind in kinds) < 2 or not password.isprintable():
        raise BadMessage(
            "A MetaTrader password needs two of small letters, capitals and digits: choose another."
        )
