"""A statement that leaves the house is told of in the log: whose, for when, how, by whom."""

from datetime import datetime

from django.db import transaction

from accounts.events import StatementTaken
from accounts.queries.statements.client import Statement
from backoffice.core import outbox
from backoffice.core.actors import Actor


@transaction.atomic
def note_statement(
    *, client_id: int, statement: Statement, form: str, actor: Actor, now: datetime
) -> None:
    """Note that somebody took a client's statement as a file; `form` is csv or pdf."""
    event = StatementTaken(
        client_id=client_id,
        first=statement.period.first.isoformat(),
        last=statement.period.last.isoformat(),
        movements=statement.lines,
        form=form,
    )
    outbox.emit(event, actor=actor, subjects=[("client", client_id)], now=now)
