"""The keys by which a person is recognised: e-mail, phone and name, however they are written.

MetaTrader's fields are free text of decades: two writings of one number or name are the rule. A key
is for comparing only; it is never shown and never written back.
"""

import re
import unicodedata

from crm.calc import countries

#: Fewer digits than this are an extension or a typing error, not a number.
SHORTEST_PHONE = 7
#: So many digits at the end tell numbers apart within a country (ITU-T E.164: national numbers).
TAIL = 8
LONGEST_PHONE = 15  # ITU-T E.164
#: What Unicode does not take apart; the same letters stand in the database's crm_name_key().
APART = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "ß": "s"})
MAIL = re.compile(r"[^\s<>;,()]+@[^\s<>;,()]+\.[^\s<>;,().]{2,}")


def email_key(text: str) -> str:
    """Return the first e-mail address in a text in lower case, or nothing when there is none."""
    found = MAIL.search(text)
    return found.group().lower() if found else ""


def phone_key(text: str, country: str = "") -> str:
    """Return a number as international digits without signs, or nothing where that is not known.

    `+`, `00` or a dialling code in front make it international; else the country (ISO code or name)
    says which code belongs before it, a trunk zero dropped.
    """
    digits = re.sub(r"[^0-9]", "", text)
    if text.strip().startswith("+"):
        whole = digits.removeprefix("00")
    elif digits.startswith("00"):
        whole = digits[2:]
    else:
        code = countries.dialling_code(country)
        if not code:
            return ""
        within = digits.startswith(code) and len(digits) > len(code) + SHORTEST_PHONE
        whole = digits if within else code + digits.lstrip("0")
    return whole if SHORTEST_PHONE <= len(whole) <= LONGEST_PHONE else ""


def phone_tail(text: str) -> str:
    """Return the last eight digits of a number, or nothing when it is too short to tell people."""
    digits = re.sub(r"[^0-9]", "", text)
    return digits[-TAIL:] if len(digits) >= SHORTEST_PHONE else ""


def name_key(text: str) -> str:
    """Return a name without accents, signs and order: `Łukasz NOWAK` and `Nowak, Lukasz` are one.

    The database reckons the same in crm_name_key() (crm, migration 0002).
    """
    plain = unicodedata.normalize("NFKD", text.lower())
    letters = "".join(sign for sign in plain if not "\u0300" <= sign <= "\u036f").translate(APART)
    words = re.split(r"[\s.,;:'’\"()/_-]+", letters)
    return " ".join(sorted(word for word in words if word))
