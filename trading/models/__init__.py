"""What is kept of the market: the mirror of MetaTrader, and the money commands that we give it."""

from trading.models.account_order import AccountCommand, AccountType
from trading.models.balance_operation import BalanceOperation
from trading.models.balance_record import BalanceRecord
from trading.models.binding import BindingBatch, BindingLine, UnboundAccount
from trading.models.deal import Deal
from trading.models.group import Group
from trading.models.hand_settlement import HandSettlement
from trading.models.position import Position
from trading.models.sending import AbsenceEvidence, BalanceAttempt, SendingTerms
from trading.models.server import Server, ServerState
from trading.models.symbol import Symbol
from trading.models.trading_account import AccountFigures, TradingAccount
from trading.models.verification import Verification
from trading.models.watched.change import Alert, ServerChange, ServerWatch

__all__ = [
    "AbsenceEvidence",
    "AccountCommand",
    "AccountFigures",
    "AccountType",
    "Alert",
    "BalanceAttempt",
    "BalanceOperation",
    "BalanceRecord",
    "BindingBatch",
    "BindingLine",
    "Deal",
    "Group",
    "HandSettlement",
    "Position",
    "SendingTerms",
    "Server",
    "ServerChange",
    "ServerState",
    "ServerWatch",
    "Symbol",
    "TradingAccount",
    "UnboundAccount",
    "Verification",
]
