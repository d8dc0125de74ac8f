"""Words about people: how an address or a number is shown to somebody who may not read it."""

import re

DOTS = "•••"


def mask_email(email: str) -> str:
    """Return an address of which the first and last letter can be recognised: a•••z@•••.es."""
    local, at, domain = email.partition("@")
    if not at or not local:
        return DOTS if email else ""
    ending = domain.rpartition(".")[2]
    tail = local[-1] if len(local) > 1 else ""
    return f"{local[0]}{DOTS}{tail}@{DOTS}.{ending}"


def mask_phone(phone: str) -> str:
    """Return a number of which the last three digits, and a country code set apart, can be seen."""
    digits = digits_of(phone)
    if not digits:
        return DOTS if phone else ""
    if len(digits) <= 5:
        return DOTS
    country = re.match(r"\+\d{1,3}(?=[\s(-])", phone.strip())
    shown = f"{country.group()} " if country else ""
    return f"{shown}{DOTS} {digits[-3:]}"


def digits_of(phone: str) -> str:
    """Return the digits of a number as people write it."""
    return re.sub(r"[^0-9]", "", phone)
