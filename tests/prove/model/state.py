"""What the model is made of: one operation, two senders, a searcher, the agent, MetaTrader.

Nothing here knows the product: the model says what the protocol is, the
matrix (tests/prove/matrix) and the kill runs (tests/prove/money) that the product follows it.
"""

from dataclasses import dataclass
from typing import NamedTuple

#: Ticks: how long an attempt may leave, the longest way to MetaTrader, until a record must show.
DEADLINE, TRANSPORT, LAG = 1, 1, 1

NEW, SENDING, UNKNOWN, ABSENT = "NEW", "SENDING", "UNKNOWN", "ABSENT"
CONFIRMED, REFUSED, ABANDONED, MANUAL = "CONFIRMED", "REFUSED", "ABANDONED", "MANUAL"
TERMINAL = frozenset({CONFIRMED, REFUSED, ABANDONED})
AT_REST = TERMINAL | {MANUAL}
IDLE = ("idle", 0, "")
ALIVE = -1


class Attempt(NamedTuple):
    """What the journal holds of one attempt; `here`: it left over the connection that stands."""

    sent: bool = False
    closed: bool = False
    here: bool = False


class Command(NamedTuple):
    """An attempt on its way to the agent; it may be late for ever, and come twice."""

    attempt: int
    left: int  # ticks until its deadline has passed


class Bytes(NamedTuple):
    """What left for MetaTrader and is not applied yet.

    `left` is ALIVE while its connection stands: then it may wait for ever. Of a connection that was
    cut it arrives within `left` ticks, or never.
    """

    attempt: int
    left: int


class State(NamedTuple):
    """Everything at one moment. There is no clock: what waits for time counts its ticks down."""

    # the books (PostgreSQL): where it stands, the newest attempt, what is known of it
    state: str = NEW
    attempts: int = 0
    deadline: int = 0  # ticks until the newest attempt's deadline has passed
    settling: int = 0  # ticks until absence counts
    closed: bool = False
    again: int = -1  # ticks until the second search; -1: there was no first
    same_journal: bool = True  # the agent's is the one that the attempt was begun with
    # who sends (two workers: step, attempt, answer), and who searches (attempt, records found)
    workers: tuple[tuple[str, int, str], ...] = (IDLE, IDLE)
    searched: tuple[int, int] = (0, -1)
    # between them and the agent
    wire: tuple[Command, ...] = ()
    answers: tuple[tuple[int, str], ...] = ()
    # the agent: its step, its journal by attempt, whether two people vouch for it
    agent: tuple[str, int, str] = IDLE
    journal: tuple[Attempt, ...] = ()
    trusted: bool = True
    astray: bool = False  # who answers at the agent's address serves another MetaTrader
    # MetaTrader: what is on its way there, and per record the ticks until it must show
    pipe: tuple[Bytes, ...] = ()
    records: tuple[int, ...] = ()
    # what may still go wrong
    crashes: int = 0
    twins: int = 0
    losses: int = 0
    wrong: str = ""


@dataclass(frozen=True)
class Bounds:
    """How far it is explored: attempts, senders, deaths, second deliveries, lost journals."""

    attempts: int = 2
    senders: int = 2
    crashes: int = 1
    twins: int = 1
    losses: int = 1

    def start(self) -> State:
        """Return the first state."""
        return State(
            crashes=self.crashes,
            twins=self.twins,
            losses=self.losses,
            workers=(IDLE,) * self.senders,
        )


@dataclass(frozen=True)
class Guard:
    """One guard of the protocol: where the product has it. A mutant is the model without it."""

    name: str
    says: str
    where: str


GUARDS: tuple[Guard, ...] = (
    Guard("marker", "a search finds what the operation booked (G-1)",
          "trading.actions.looking_up:search"),
    Guard("journal", "what was sent once never leaves again (G-2)",
          "trading.gateway.agent.gate:Gate._check_journal"),
    Guard("deadline", "nothing leaves after its deadline (G-3)",
          "trading.gateway.agent.gate:Gate.check"),
    Guard("status", "an attempt begins only where none can be on its way (G-4)",
          "trading.actions.balance:_begin"),
    Guard("settle", "absence is not believed before a late record must have shown (G-5)",
          "trading.actions.looking_up:settled_at"),
    Guard("row lock", "deciding and writing are one (G-6)", "trading.actions.verdicts:locked"),
    Guard("closing", "an attempt is closed at the gate before absence is looked for",
          "trading.actions.looking_up:close"),
    Guard("closed", "a closed attempt never leaves",
          "trading.gateway.agent.gate:Gate._check_journal"),
    Guard("reconnect", "absence is looked for on a connection made after the attempt",
          "trading.gateway.agent.app:Agent._close_attempt"),
    Guard("in line", "closing and searching wait for a command that is on its way out",
          "trading.gateway.agent.app:Agent._question"),
    Guard("intent first", "the intent is on disk before the first byte leaves",
          "trading.gateway.agent.gate:Passing.send"),
    Guard("current", "an answer about an earlier attempt moves nothing",
          "trading.actions.verdicts:_is_current"),
    Guard("unknown", "an answer without a proven meaning is looked up, never believed",
          "trading.gateway.codes:verdict"),
    Guard("terminal", "what is over stays over", "trading.actions.verdicts:_move"),
    Guard("journal id", "absence is proved by the journal that knew the attempt only",
          "trading.actions.looking_up:_nothing"),
    Guard("lost journal", "a new journal sends nothing before two people settled what was open",
          "trading.gateway.agent.journal:Journal.confirm"),
    Guard("journal wait", "nobody vouches for a new journal while a command may still be in time",
          "trading.actions.agent_journals:_require_settled"),
    Guard("second search", "two searches, a lag apart, both found nothing",
          "trading.actions.looking_up:_nothing"),
)  # fmt: skip
