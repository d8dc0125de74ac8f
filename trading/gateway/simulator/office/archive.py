"""The archive: old trades and idle accounts leave the server's lists, never its disk.

MetaTrader moves idle accounts with their trades to an archive base (group `archive_period`, 90 days
at least); some brokers also archive closed operations after a week or two. What is archived is in
no list, history or snapshot any more; a search by marker still finds it.
"""

from datetime import datetime, timedelta

from trading.gateway.simulator.desk import Desk

LEAST_IDLE_DAYS = 90
_MOVE = (
    "INSERT OR REPLACE INTO archived_trade SELECT * FROM trade WHERE ticket = ?",
    "DELETE FROM trade WHERE ticket = ?",
)
_MOVE_ACCOUNT = (
    "INSERT OR REPLACE INTO archived_account SELECT * FROM account WHERE login = ?",
    "DELETE FROM account WHERE login = ?",
)
_CLOSED = "SELECT ticket FROM trade WHERE closed > 0 AND closed < ? ORDER BY ticket"
_OF_LOGIN = "SELECT ticket FROM trade WHERE login = ? ORDER BY ticket"
_LATEST = "SELECT max(max(opened, closed)) FROM trade WHERE login = ?"


def archive_trades(desk: Desk, *, days: int) -> int:
    """Archive what was closed more than so many days ago; return how many tickets."""
    limit = desk.hours.now() - timedelta(days=days)
    tickets = desk.book.journal.rows(_CLOSED, (int(limit.timestamp()),))
    _move(desk, tickets, (), f"archive: {len(tickets)} closed orders")
    return len(tickets)


def archive_accounts(desk: Desk) -> list[int]:
    """Archive the idle accounts of groups that say so, with all their trades; return the logins."""
    now = desk.hours.now()
    idle = [login for login in desk.book.accounts if _is_idle(desk, login, now)]
    tickets = [row for login in idle for row in desk.book.journal.rows(_OF_LOGIN, (login,))]
    _move(desk, tickets, idle, f"archive: {len(idle)} accounts, {len(tickets)} orders")
    return idle


def _is_idle(desk: Desk, login: int, now: datetime) -> bool:
    account = desk.book.accounts[login]
    rules = desk.book.rules.group(account.group)
    if not rules.archive_days or account.balance > rules.archive_max_balance or account.credit:
        return False
    if desk.book.open_of(login):
        return False
    [(latest,)] = desk.book.journal.rows(_LATEST, (login,))
    seen = max(latest or 0, int(account.registered_at.timestamp()))
    days = max(rules.archive_days, LEAST_IDLE_DAYS)
    return seen < (now - timedelta(days=days)).timestamp()


def _move(desk: Desk, tickets: list[tuple[int]], logins: list[int] | tuple[()], note: str) -> None:
    if not tickets and not logins:
        return
    with desk.book.change() as change:
        change.more += [(statement, tickets) for statement in _MOVE]
        change.more += [(statement, [(login,) for login in logins]) for statement in _MOVE_ACCOUNT]
        change.notes.append(note)
        change.gone.update(logins)
