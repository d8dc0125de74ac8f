"""Who did it: a server's journal read line by line, each deed joined to the change it made.

A deed that the mirror cannot show by itself (a password, a manager's close or new stops) becomes a
change of its own. Deeds of clients in their own terminals, of the server and of our own manager
login are no foreign ones; our own login is learned from lines that book our markers.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from backoffice.core import locks
from backoffice.core.actors import Actor
from trading.actions.gateways import gateway_of
from trading.actions.watching import judging
from trading.calc import journal
from trading.calc.journal import Deed
from trading.events import TicketVanished
from trading.gateway.errors import GatewayError
from trading.gateway.port import Gateway
from trading.models import (
    AccountCommand,
    BalanceOperation,
    Server,
    ServerChange,
    ServerWatch,
    TradingAccount,
)
from trading.states import PASSWORDS, AccountOrder, AccountVerb, Change
from trading.terms import MARKER_LENGTH, LogLine

LINES = UUID("d0b0f3c6-93a1-5b7e-8a49-0f3a9b1c7e52")
#: Lines may be written late, and the mirror may bring a change late: both are looked for so long.
OVERLAP = timedelta(seconds=60)
AROUND = timedelta(minutes=10)
MIRROR_LAG = timedelta(seconds=20)
FIRST_READ = timedelta(minutes=10)
MANAGERS_EVERY = timedelta(minutes=5)
LONGEST = 300
#: What the mirror shows by itself, by the deed that makes it.
SEEN_IN_MIRROR = {
    journal.MONEY: (Change.MONEY,),
    journal.DELETED: (Change.DELETED,),
    journal.TRADE_DELETED: (Change.TRADE_DELETED,),
    journal.TRADE_CHANGED: (Change.TRADE_CHANGED, Change.RECORD_CHANGED),
}
FIELDS = {
    "group": Change.GROUP,
    "leverage": Change.LEVERAGE,
    "enabled": Change.ENABLED,
    "read_only": Change.READ_ONLY,
}
#: What only the journal tells.
JOURNAL_ALONE = {
    journal.PASSWORD: Change.PASSWORD,
    journal.OPENED: Change.OPENED,
    journal.TRADE_OPENED: Change.TRADE_OPENED,
    journal.TRADE_CLOSED: Change.TRADE_CLOSED,
    journal.TRADE_CHANGED: Change.TRADE_CHANGED,
    journal.TRADE_DELETED: Change.TRADE_DELETED,
}

COMMANDS = {
    journal.PASSWORD: PASSWORDS,
    journal.OPENED: (AccountVerb.OPEN,),
}
SENT = (
    AccountOrder.SENDING,
    AccountOrder.UNCERTAIN,
    AccountOrder.DONE,
    AccountOrder.UNPROVEN,
    AccountOrder.ABSENT,
)


def watch_server(*, server_id: int, actor: Actor, now: datetime) -> int:
    """Read the journal on, join it to what was noticed, judge that; return how many were foreign.

    A server that does not tell its journal is judged by the mirror alone, and its watch says why.
    """
    with locks.alone(f"watch:{server_id}") as ours:
        if not ours:
            return 0
        server = Server.objects.get(pk=server_id)
        watch = _watch_of(server_id)
        deeds = _read(server, watch, now)
        _learn(watch, deeds)
        with transaction.atomic():
            for deed in deeds:
                _join(server, watch, deed, now)
        return judging.judge_changes(server_id=server_id, actor=actor, now=now)


def _watch_of(server_id: int) -> ServerWatch:
    ServerWatch.objects.bulk_create([ServerWatch(server_id=server_id)], ignore_conflicts=True)
    return ServerWatch.objects.get(pk=server_id)


def _read(server: Server, watch: ServerWatch, now: datetime) -> list[Deed]:
    """Return the deeds since the last reading; the managers too, every few minutes."""
    start = (watch.journal_to or now - FIRST_READ) - OVERLAP
    deeds: list[Deed] = []
    try:
        gateway = gateway_of(server)
        lines = list(_lines(gateway, start, now + OVERLAP))
        if watch.managers_at is None or now - watch.managers_at > MANAGERS_EVERY:
            watch.managers = [_manager(one) for one in gateway.managers()]
            watch.managers_at = now
    except GatewayError as reason:
        watch.trouble = str(reason)[:LONGEST]
    else:
        deeds = [deed for line in lines if (deed := journal.deed_of(line)) is not None]
        watch.journal_to, watch.trouble = now, ""
    watch.save()
    return deeds


def _lines(gateway: Gateway, start: datetime, end: datetime) -> Iterator[LogLine]:
    cursor = ""
    while True:
        page = gateway.journal(start=start, end=end, cursor=cursor)
        yield from page.records
        cursor = page.next_cursor
        if not cursor:
            return


def _manager(one: Any) -> dict[str, Any]:
    return {
        "login": one.login,
        "name": one.name,
        "rights": [str(right) for right in one.rights],
        "groups": one.groups,
        "ip_from": one.ip_from,
        "ip_to": one.ip_to,
        "info_depth_days": one.info_depth_days,
    }


def _learn(watch: ServerWatch, deeds: Iterable[Deed]) -> None:
    """Know our own manager login again: it books what carries our markers under our tickets."""
    notes = {one.note[:MARKER_LENGTH]: one for one in deeds if one.what == journal.MONEY}
    rows = BalanceOperation.objects.filter(
        marker__in=notes.keys(), account__server_id=watch.server_id
    )
    found = {
        notes[marker].author
        for marker, ticket in rows.values_list("marker", "ticket")
        if ticket == notes[marker].ticket
    }
    new = found - set(watch.own_logins) - {0}
    if new:
        watch.own_logins = sorted({*watch.own_logins, *new})
        watch.save(update_fields=["own_logins"])


def _join(server: Server, watch: ServerWatch, deed: Deed, now: datetime) -> None:
    """Write the doer to the changes that a deed made; make one where only the journal tells."""
    if ServerChange.objects.filter(server=server, line_hash=_key(server.pk, deed)).exists():
        return
    joined = [_attribute(server.pk, kind, deed) for kind in sorted(_kinds(deed))]
    alone = JOURNAL_ALONE.get(deed.what)
    if any(joined) or alone is None or _is_own_affair(watch, deed):
        return
    if _is_our_command(watch, deed):
        return
    if deed.line.at > now - MIRROR_LAG:
        return  # the mirror may still bring it; the line is read again
    _noted(server, alone, deed, now)


def _kinds(deed: Deed) -> set[Change]:
    if deed.what == journal.UPDATED:
        return {FIELDS.get(name, Change.DATA) for name in deed.fields}
    return set(SEEN_IN_MIRROR.get(deed.what, ()))


def _attribute(server_id: int, kind: Change, deed: Deed) -> bool:
    """Name the doer of the earliest change of this kind that nobody is named for yet."""
    rows = ServerChange.objects.filter(
        server_id=server_id,
        login=deed.login,
        kind=kind,
        line="",
        seen_at__gte=deed.line.at - OVERLAP,
        seen_at__lte=deed.line.at + AROUND,
    )
    change = locks.rows(rows.filter(ticket=deed.ticket) if deed.ticket else rows).first()
    if change is None:
        return False
    change.manager_login, change.address = deed.author, deed.address
    change.line, change.line_at = deed.line.message, deed.line.at
    change.line_hash = _key(server_id, deed)
    change.save(update_fields=["manager_login", "address", "line", "line_at", "line_hash"])
    return True


def _is_own_affair(watch: ServerWatch, deed: Deed) -> bool:
    """Return whether the server, the client or we ourselves did it."""
    return deed.author in (0, deed.login, *watch.own_logins)


def _is_our_command(watch: ServerWatch, deed: Deed) -> bool:
    """Return whether a command of ours explains a deed that only the journal tells.

    Once such a command is known to be done, whoever did it is our own manager login.
    """
    commands = AccountCommand.objects.filter(
        server_id=watch.server_id,
        login=deed.login,
        verb__in=COMMANDS.get(deed.what, ()),
        state__in=SENT,
        requested_at__lte=deed.line.at + OVERLAP,
        deadline_at__gte=deed.line.at - OVERLAP,
    )
    found = commands.first()
    if found is not None and found.state == AccountOrder.DONE:
        watch.own_logins = sorted({*watch.own_logins, deed.author})
        watch.save(update_fields=["own_logins"])
    return found is not None


def _noted(server: Server, kind: Change, deed: Deed, now: datetime) -> None:
    """Write a change that only the journal tells, once however often the line is read."""
    key = _key(server.pk, deed)
    change = ServerChange(
        server=server,
        account=TradingAccount.objects.filter(server=server, login=deed.login).first(),
        login=deed.login,
        ticket=deed.ticket,
        kind=kind,
        seen_at=now,
        manager_login=deed.author,
        address=deed.address,
        line=deed.line.message,
        line_at=deed.line.at,
        line_hash=key,
        line_key=key,
    )
    ServerChange.objects.bulk_create([change], ignore_conflicts=True)


def _key(server_id: int, deed: Deed) -> UUID:
    return uuid5(LINES, f"{server_id} {deed.line.at.isoformat()} {deed.line.message}")


def note_vanished(*, told: TicketVanished, now: datetime) -> None:
    """Notice that an open ticket was deleted on the server, once for each."""
    account = TradingAccount.objects.select_related("server").get(pk=told.account_id)
    ServerChange.objects.bulk_create(
        [
            ServerChange(
                server=account.server,
                account=account,
                login=told.login,
                ticket=told.ticket,
                kind=Change.TRADE_DELETED,
                before=json.dumps(
                    {
                        "cmd": told.command,
                        "symbol": told.symbol,
                        "volume": told.volume_hundredths,
                    }
                ),
                seen_at=now,
            )
        ]
    )
