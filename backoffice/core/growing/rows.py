"""Rows that only grow: Python refuses a change before the database does."""

from typing import Any, NoReturn

from django.db import models


class AppendOnly(RuntimeError):
    """What happened is written by the database's own functions and never changed or deleted."""


class ReadOnlyRows(models.QuerySet[Any]):
    """Rows that can be read and nothing else."""

    def _refuse(self, *args: object, **kwargs: object) -> NoReturn:
        raise AppendOnly(f"{self.model.__name__} only grows, and not by this way")

    create = update = delete = bulk_create = bulk_update = _refuse
    get_or_create = update_or_create = _refuse


class AppendOnlyModel(models.Model):
    """A row that the application reads; a function or a trigger of the database writes it."""

    objects = ReadOnlyRows.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: what happened is told, not saved."""
        raise AppendOnly(f"{type(self).__name__} only grows, and not by this way")

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: what happened stays."""
        raise AppendOnly(f"{type(self).__name__} is never deleted")
