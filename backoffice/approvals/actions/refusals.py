"""The guard's no, as errors that a door can be told; other apps take them from here."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError

from backoffice.approvals.models.refusal import (
    AnotherWaits,
    LookAgain,
    NotAskable,
    NotYours,
    OverAlready,
    SamePerson,
    constraint_of,
    told,
)

__all__ = [
    "AnotherWaits",
    "LookAgain",
    "NotAskable",
    "NotYours",
    "OverAlready",
    "SamePerson",
    "constraint_of",
    "spoken",
]


@contextmanager
def spoken() -> Iterator[None]:
    """Let the database's refusal inside the block be raised as a sentence for people."""
    try:
        yield
    except IntegrityError as error:
        rejected = told(error)
        if rejected is None:
            raise
        raise rejected from error
