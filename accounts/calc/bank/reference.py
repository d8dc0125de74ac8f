"""References that people type into a transfer: ISO 11649, whose check digits show a typo. Pure.

`RF` + two check digits (ISO 7064, mod 97-10) + `D` and the deposit's number, `P` and the payout's,
or `B` and that of a row of the bank that goes back. Every single wrong sign and every swap of
neighbours changes the remainder.
"""

import re
from dataclasses import dataclass

#: A deposit, a payout, or a row that came in and goes back to its sender.
DEPOSIT, PAYOUT, ROW = KINDS = "D", "P", "B"
DIGITS = 8
#: Written with blanks, dots or dashes anywhere; what stands behind it does not matter.
FOUND = re.compile(r"(?<![0-9A-Z])RF(\d{2})([DPB])(\d{8})")
APART = re.compile(r"[\s.\-_/:,;+']+")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reference names: a deposit or a payout, by its number."""

    kind: str
    number: int

    def __str__(self) -> str:
        return written(self.kind, self.number)


def written(kind: str, number: int) -> str:
    """Return the reference of a deposit, payout or row, without blanks: RF58D00000012."""
    if kind not in KINDS or not 0 < number < 10**DIGITS:
        raise ValueError(f"There is no reference for {kind}{number}")
    body = f"{kind}{number:0{DIGITS}d}"
    return f"RF{_check(body):02d}{body}"


def spaced(reference: str) -> str:
    """Return a reference as it is printed for people: in groups of four."""
    return " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))


def references_in(*texts: str) -> tuple[Reference, ...]:
    """Return what the texts refer to by right references, each once, in their order."""
    found: dict[Reference, None] = {}
    for text in texts:
        for check, kind, number in FOUND.findall(_plain(text)):
            if int(check) == _check(kind + number) and int(number):
                found[Reference(kind, int(number))] = None
    return tuple(found)


def typos_in(*texts: str) -> tuple[str, ...]:
    """Return what looks like a reference of ours and has a typo: its check digits do not fit."""
    found: dict[str, None] = {}
    for text in texts:
        for match in FOUND.finditer(_plain(text)):
            check, kind, number = match.groups()
            if int(check) != _check(kind + number):
                found[match[0]] = None
    return tuple(found)


def is_near(wrong: str, right: str) -> bool:
    """Say whether two references differ by one sign, or by two neighbours that changed places."""
    if len(wrong) != len(right):
        return False
    apart = [at for at, (one, other) in enumerate(zip(wrong, right, strict=True)) if one != other]
    if len(apart) == 1:
        return True
    if len(apart) != 2 or apart[1] != apart[0] + 1:
        return False
    first, second = apart
    return wrong[first] == right[second] and wrong[second] == right[first]


def _plain(text: str) -> str:
    """Return the text without what banks and people put between signs; words stay apart."""
    words = re.split(r"(?i)(?=RF[\s.\-_/]*\d)", text.upper())
    return "|".join(APART.sub("", word) for word in words)


def _check(body: str) -> int:
    """Return the check digits of ISO 7064 mod 97-10 for a body, as ISO 11649 reckons them."""
    digits = "".join(str(int(sign, 36)) for sign in body + "RF00")
    return 98 - int(digits) % 97
