"""Instances out of rows, without the ceremony of `Model.__init__`.

Django's constructor takes anything in any order and tells listeners, of which this house has none;
a row of the database comes in the order of its fields, and what it holds goes where the fields look
for it. Models that do more than that are left to Django.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query_utils import DeferredAttribute

#: What keeps a value of its field in the instance's own dictionary, and nothing else.
_KEEPERS = (DeferredAttribute, ForeignKeyDeferredAttribute)


class _Maker:
    """Makes instances of one model, called as `Model.from_db` is."""

    def __init__(self, model: type[Model]) -> None:
        self._model = model

    def from_db(self, alias: str, names: Sequence[str], values: Sequence[Any]) -> Any:
        """Return the instance that a row of these fields is; a field left out stays deferred."""
        made = self._model.__new__(self._model)
        state = ModelState()
        state.adding, state.db = False, alias
        kept = made.__dict__
        kept["_state"] = state
        kept.update(zip(names, values, strict=True))
        return made


@cache
def maker_of(model: type[Model]) -> Any:
    """Return what makes instances of a model: the quick way, or the model where it is its own."""
    is_plain = (
        model.__init__ is Model.__init__
        and model.from_db.__func__ is Model.from_db.__func__  # type: ignore[attr-defined]
        and all(
            type(model.__dict__.get(one.attname) or _found(model, one.attname)) in _KEEPERS
            for one in model._meta.concrete_fields
        )
    )
    return _Maker(model) if is_plain else model


def _found(model: type[Model], name: str) -> Any:
    return next((kind.__dict__[name] for kind in model.__mro__ if name in kind.__dict__), None)
