"""The ASVS table: every applicable requirement of levels 1 and 2 answered, each with a place.

docs/asvs.txt holds the answers, docs/asvs.md is written from them: `UPDATE_ASVS=1` writes it anew.
"""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.cluster import ROOT

ANSWERS, TABLE = ROOT / "docs" / "asvs.txt", ROOT / "docs" / "asvs.md"
UPDATE = os.environ.get("UPDATE_ASVS") == "1"
WORDS = {"met": "met", "partly": "partly", "not": "not met", "na": "not applicable"}
CHAPTERS = {
    "1": "Encoding and sanitization", "2": "Validation and business logic", "3": "Web frontend",
    "4": "API and web service", "5": "File handling", "6": "Authentication",
    "7": "Session management", "8": "Authorization", "9": "Self-contained tokens",
    "11": "Cryptography", "12": "Secure communication", "13": "Configuration",
    "14": "Data protection", "15": "Secure coding and architecture", "16": "Logging and errors",
}  # fmt: skip
#: Not applicable by nature (no OAuth, WebRTC, GraphQL, federation, LDAP, native code, SMS).
BY_NATURE = (
    "10.", "17.", "4.3.", "6.8.", "7.1.3", "7.6.", "1.2.6", "1.2.7", "1.2.8", "1.3.8", "1.3.9",
    "1.4.", "6.6.",
)  # fmt: skip
HEAD = """# OWASP ASVS 5.0.0, levels 1 and 2

Written from `asvs.txt` by `tests/architecture/matrix/test_asvs.py`, which also looks that every
place is there. Sixty-nine requirements do not apply by nature (no OAuth or WebRTC, no GraphQL, no
federation, no native code in the web application, no factor by SMS or e-mail). Level 3 is not
mapped yet.

"""


def answers() -> list[tuple[str, str, str, str]]:
    """The answers: number, state, place, note."""
    lines = ANSWERS.read_text("utf-8").splitlines()
    return [(*line.split(" ", 3), "")[:4] for line in lines]  # type: ignore[misc]


def drawn() -> str:
    """The table as it should stand."""
    rows = answers()
    counts = Counter(state for _, state, _, _ in rows)
    said = " · ".join(f"{WORDS[state]} **{counts[state]}**" for state in WORDS)
    text = f"{HEAD}{len(rows)} requirements: {said}\n"
    for chapter, name in CHAPTERS.items():
        text += f"\n## V{chapter} {name}\n\n| id | state | where | note |\n|---|---|---|---|\n"
        for number, state, place, note in rows:
            if number.partition(".")[0] == chapter:
                where = "" if place == "-" else f"`{place}`"
                text += f"| {number} | {WORDS[state]} | {where} | {note} |\n"
    return text


def test_the_table_is_as_the_answers_say() -> None:
    if UPDATE:
        TABLE.write_text(drawn(), "utf-8")
    assert TABLE.read_text("utf-8") == drawn(), "UPDATE_ASVS=1 writes it anew"


def test_every_answer_has_a_place_or_a_reason() -> None:
    numbers = [number for number, _, _, _ in answers()]
    assert len(set(numbers)) == len(numbers)
    for number, state, place, note in answers():
        assert state in WORDS, number
        assert number.partition(".")[0] in CHAPTERS, number
        if state in ("met", "partly"):
            assert (ROOT / place).exists(), f"{number} points to {place}, which is not there"
        else:
            assert note, f"{number} needs a reason"


@pytest.mark.shared_data
def test_every_applicable_requirement_is_answered(shared_data: Path) -> None:
    source = shared_data / "vectors" / "asvs-5.0" / "asvs-5.0.0-en.csv"
    with source.open(encoding="utf-8") as lines:
        wanted = {
            row["req_id"].removeprefix("V")
            for row in csv.DictReader(lines)
            if row["L"] in ("1", "2") and not row["req_id"][1:].startswith(BY_NATURE)
        }
    assert {number for number, _, _, _ in answers()} == wanted
