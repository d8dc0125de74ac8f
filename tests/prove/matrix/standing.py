"""Says in one word how everything stands on disk and outside, so that equal states are known again.

Every row of every table of the money rooms counts, without its numbers, and of a time only whether
it is there: two deaths that left the same but for those go on alike.
"""

from functools import cache
from types import FunctionType
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models

from backoffice.core.models import Work, WorkState
from trading.models import BalanceAttempt, BalanceOperation, BalanceRecord

if TYPE_CHECKING:
    from tests.prove.matrix.world import World

_ROOMS = ("accounts", "approvals")
#: How often finished work was tried, and what went wrong with it, matters to nobody any more.
_WHILE_WAITING = ("attempts", "last_error")
#: Columns that hold the number or the mark of a row, or what is reckoned from it.
_MARKS = ("_id", "marker", "fingerprint", "digest", "hash")
#: Keys, digests and numbers of rows in a text.
_NUMBER = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}|[0-9]+"
_NUMBERS = (
    models.AutoField, models.BigAutoField, models.ForeignKey, models.UUIDField,
    models.OneToOneField, models.BinaryField, models.JSONField,
)  # fmt: skip


def standing(world: "World") -> tuple[Any, ...]:
    """Return what is on disk, with the agent, in MetaTrader and at the provider, comparable."""
    with connection.connection.cursor() as cursor:
        cursor.execute(_statement(), prepare=True)
        disk = cursor.fetchone()
    script, journal = world.till.script, world.journal
    return (
        disk,
        tuple((one.profit, one.comment[25:], one.comment[:2]) for one in script.booked),
        (script.sent > 0, script.code, script.books, script.seen_late, script.is_hidden,
         script.is_down),
        world.hooks(),
        tuple(tuple(sorted((n, one.sent, one.closed) for n, one in known.items()))
              for known in journal._attempts.values()),
        (len(world.provider.charges), len(world.provider.refunds), len(world.provider.stands)),
    )  # fmt: skip


def code_of(act: Any) -> Any:
    """What a hook does, comparable: one that is made anew each time is the same."""
    return act.__code__ if isinstance(act, FunctionType) else act


@cache
def _statement() -> str:
    kept = [one for room in _ROOMS for one in apps.get_app_config(room).get_models()]
    kept += [Work, BalanceOperation, BalanceAttempt, BalanceRecord]
    return "SELECT md5(concat_ws('|', " + ", ".join(_of(one) for one in kept) + "))"


def _of(model: type[models.Model]) -> str:
    """One table in words."""
    meta = model._meta
    told = []
    for field in meta.concrete_fields:
        name = connection.ops.quote_name(field.column)
        if isinstance(field, (models.DateTimeField, models.ForeignKey)):
            told.append(f"{name} IS NOT NULL")
        elif not isinstance(field, _NUMBERS) and not field.primary_key:
            told.append(_plain(field, name))
            if model is Work and field.column in _WHILE_WAITING:
                told[-1] = f"CASE WHEN state = '{WorkState.WAITING}' THEN {name} END"
    table, key = connection.ops.quote_name(meta.db_table), connection.ops.quote_name(meta.pk.column)
    row = ", ".join(told) or "1"
    return f"(SELECT string_agg(ROW({row})::text, ';' ORDER BY {key}) FROM {table})"  # noqa: S608 - names of ours


def _plain(field: models.Field, name: str) -> str:
    """A plain column; of free text what is left without the numbers and marks of rows."""
    if field.column.endswith(_MARKS):
        return f"{name} IS NOT NULL"
    if field.column == "comment":  # MetaTrader's: ours, cut, or edited
        return f"left({name}, 2), length({name})"
    is_text = isinstance(field, (models.CharField, models.TextField)) and not field.choices
    return f"regexp_replace({name}, '{_NUMBER}', '#', 'g')" if is_text else name
