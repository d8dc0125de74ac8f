"""Keeps how everything stands between two acts, so that many endings can be tried from there.

PostgreSQL by a savepoint; MetaTrader, the provider, the agent's journal and its file by copies;
and the clock goes back.
"""

import os
from copy import copy
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

if TYPE_CHECKING:
    from tests.prove.matrix.world import World

_SCRIPT = ("booked", "sent", "code", "books", "seen_late", "is_hidden", "closed_window", "is_down",
           "before", "after", "asked")  # fmt: skip


class Kept:
    """A moment to come back to, as often as is wanted, until `release`."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._savepoint = transaction.savepoint()
        self._on_commit = list(connection.run_on_commit)
        script, provider, journal = world.till.script, world.provider, world.journal
        self._script = {name: copy(getattr(script, name)) for name in _SCRIPT}
        self._provider = {one.name: copy(getattr(provider, one.name)) for one in fields(provider)}
        self._attempts = {marker: dict(known) for marker, known in journal._attempts.items()}
        self._size = journal.size
        self._around = world.wire.around
        self._moment = world.moment.now()

    def restore(self) -> None:
        """Let everything stand as it stood."""
        world = self._world
        transaction.savepoint_rollback(self._savepoint)
        connection.needs_rollback = False
        connection.run_on_commit = list(self._on_commit)
        _put(world.till.script, self._script)
        _put(world.provider, self._provider)
        journal = world.journal
        journal._attempts = {marker: dict(known) for marker, known in self._attempts.items()}
        os.ftruncate(journal._file, self._size)
        world.wire.around = self._around
        world.moment.back_to(self._moment)

    def release(self) -> None:
        """Go on from where everything stands now."""
        transaction.savepoint_commit(self._savepoint)


def _put(whole: Any, parts: dict[str, Any]) -> None:
    for name, value in parts.items():
        setattr(whole, name, copy(value))
