"""The kill points: every named moment of a movement's way at which a process may be stopped.

A point is the moment just before or just after one function of the product, named by its module and
its place in it. The product knows nothing of this table: the hook (sitecustomize.py) wraps those
functions in the processes of a run. Standard library only: the agent and MetaTrader load it too.
"""

from dataclasses import dataclass

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Point:
    """One moment: who passes it, at which function, on which side; `only` narrows the verb."""

    process: str
    module: str
    function: str
    side: str = AFTER
    only: str = ""


_WITHDRAWALS = "accounts.actions.withdrawals"
_DEPOSITS = "accounts.actions.deposits"
_BALANCE = "trading.actions.balance"
_VERDICTS = "trading.actions.verdicts"
_LOOKING = "trading.actions.looking_up"
_BOOK = "accounts.ledger.book"
_JOURNAL = "trading.gateway.agent.journal"
_ENGINE = "trading.gateway.agent.simulated"  # its socket, and what is told over it
_SERVER = "trading.gateway.simulator.front.direct"

POINTS: dict[str, Point] = {
    # a person's click, in the web server
    "hold placed, request not committed": Point("web", _BOOK, "reserve"),
    "request committed, not answered": Point("web", _WITHDRAWALS, "request_withdrawal"),
    "seat taken, approval not committed": Point("web", "accounts.actions.approving", "agree"),
    "approval committed, nobody rung for": Point(
        "web", "backoffice.core.outbox.bell", "ring", BEFORE
    ),
    "approval committed, not answered": Point("web", _WITHDRAWALS, "approve_withdrawal"),
    "deposit begun, not answered": Point("web", f"{_DEPOSITS}.starting", "start_deposit"),
    "provider's word taken, not answered": Point("web", f"{_DEPOSITS}.arriving", "take_notice"),
    # the cashier's work, in the worker
    "charge opened, not noted": Point("worker", f"{_DEPOSITS}.charging", "_opened", BEFORE),
    "credit planned, not committed": Point("worker", f"{_DEPOSITS}.steps", "plan"),
    "deposit followed": Point("worker", f"{_DEPOSITS}.following", "follow_operation"),
    "work taken, nothing done": Point(
        "worker", "accounts.actions.execution", "execute_withdrawal", BEFORE
    ),
    "operation planned, not committed": Point("worker", "accounts.actions.steps", "plan"),
    "operation committed": Point("worker", "accounts.actions.execution", "_prepare"),
    "attempt committed, nothing sent": Point("worker", _BALANCE, "_begin"),
    "answer heard, not recorded": Point("worker", _BALANCE, "_told"),
    "verdict reached, not committed": Point("worker", _VERDICTS, "_move"),
    "confirmation committed": Point("worker", _VERDICTS, "confirmed"),
    "uncertainty committed": Point("worker", _VERDICTS, "_uncertain"),
    "hold settled, not committed": Point("worker", _BOOK, "settle"),
    "return booked, not committed": Point("worker", _BOOK, "reverse"),
    "payment followed": Point("worker", "accounts.actions.following", "follow_operation"),
    "attempt closed at the gate, not noted": Point("worker", _LOOKING, "_mark", BEFORE),
    "searched for": Point("worker", _LOOKING, "search"),
    "absence committed": Point("worker", _VERDICTS, "absent"),
    # the way out, in the agent
    "command let in": Point("agent", "trading.gateway.agent.gate", "Passing.send", BEFORE),
    "gate passed, no intent": Point("agent", _JOURNAL, "Journal.write_intent", BEFORE),
    "intent on disk, nothing sent": Point("agent", _JOURNAL, "Journal.write_intent"),
    "bytes left, no answer": Point(
        "agent", f"{_ENGINE}.socket", "Socket.send", AFTER, "transaction"
    ),
    "MetaTrader answered, not noted": Point(
        "agent", f"{_ENGINE}.telling", "SimulatedTelling.change_balance"
    ),
    "answer noted, not told": Point("agent", _JOURNAL, "Journal.write_answer"),
    "closing, not on disk": Point("agent", _JOURNAL, "Journal.write_closed", BEFORE),
    "closed on disk, not told": Point("agent", _JOURNAL, "Journal.write_closed"),
    # the far end
    "command received": Point("metatrader", _SERVER, "Direct._transaction", BEFORE),
    "booked, not on disk": Point("metatrader", _SERVER, "change_balance"),
    "booked on disk, not answered": Point("metatrader", _SERVER, "Direct._transaction"),
    # what live figures hang on
    "figures reckoned, not kept": Point("feed", "trading.live.store", "Store.keep", BEFORE),
}
