"""The picture of a decision: exactly what was on the screen, and its fingerprint. Pure.

The fingerprint has one part for the payload and one for each check, so that when it does not match
any more, it says what has changed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from accounts.calc.checks import Answer
from backoffice.core import canonical

PAYLOAD = "payload"
LENGTH = 20  # hex digits a part: 80 bits


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What somebody decides on: the payment's own words, and the answers of the checks."""

    payload: Mapping[str, object]
    answers: tuple[Answer, ...]

    @property
    def fingerprint(self) -> str:
        """Return the parts as text, for a form's hidden field."""
        return ".".join(f"{name}-{mark}" for name, mark in self._parts.items())

    def changes(self, fingerprint: str) -> tuple[str, ...]:
        """Return the names of the parts that differ from an earlier fingerprint."""
        return differing(fingerprint, self.fingerprint)

    def kept(self) -> dict[str, object]:
        """Return the whole picture in a form that can be stored and opened again."""
        return {
            "payload": {name: str(value) for name, value in self.payload.items()},
            "checks": [
                {
                    "number": one.number,
                    "verdict": str(one.verdict),
                    "sentence": one.sentence,
                    "facts": one.facts,
                    "figures_at": one.figures_at.isoformat() if one.figures_at else None,
                }
                for one in self.answers
            ],
        }

    @cached_property
    def _parts(self) -> dict[str, str]:
        parts = {PAYLOAD: _mark(self.payload)}
        for one in self.answers:
            bound = {"number": one.number, "binding": [str(part) for part in one.binding]}
            parts[str(one.number)] = _mark(bound)
        return parts


def differing(before: str, after: str) -> tuple[str, ...]:
    """Return the names of the parts in which two fingerprints differ."""
    old, new = _read(before), _read(after)
    names = [*new, *(name for name in old if name not in new)]
    return tuple(name for name in names if old.get(name) != new.get(name))


def _read(fingerprint: str) -> dict[str, str]:
    parts = (part.partition("-") for part in fingerprint.split("."))
    return {name: mark for name, _dash, mark in parts}


def _mark(told: Mapping[str, object]) -> str:
    return hashlib.sha256(canonical.encode(told)).hexdigest()[:LENGTH]
