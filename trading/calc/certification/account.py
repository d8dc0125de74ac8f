"""The account behind a statement: its currency, and the contract of every symbol it traded.

What the statement or the facts beside it say is taken; the rest is what makes most rows come out.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from trading.calc.certification.contracts import Contract, contract_of
from trading.calc.certification.names import CURRENCIES, names_of
from trading.calc.certification.printed import Printed
from trading.calc.convert import CENT_PARENTS
from trading.calc.facts import Facts
from trading.calc.statement import Statement, StatementRow

USUAL = ("USD", "EUR")
FEW = 40  # rows a symbol that a currency is tried on


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of a statement's account. `leverage` is 0 where nothing says it."""

    statement: Statement
    currency: str
    is_currency_inferred: bool
    leverage: int
    contracts: Mapping[str, Contract]
    facts: Facts | None


def account_of(
    statement: Statement, printed: Printed, currency: str = "", facts: Facts | None = None
) -> Account:
    """Return the account of a statement; `currency` overrules what was printed."""
    rows = traded(statement)
    told, leverage = currency or printed.currency, printed.leverage
    if facts is not None:
        behind = facts.account_of(statement.file)
        told, leverage = currency or facts.groups[behind.group].currency, behind.leverage
    known = told in CURRENCIES or told in CENT_PARENTS
    chosen = told if known else _likeliest(rows)
    contracts = {name: _contract(name, of, chosen, facts) for name, of in rows.items()}
    return Account(
        statement=statement,
        currency=chosen,
        is_currency_inferred=not known,
        leverage=leverage,
        contracts=contracts,
        facts=facts,
    )


def traded(statement: Statement) -> dict[str, list[StatementRow]]:
    """Return the closed and open trades of a statement by symbol, in the order of first trading."""
    found: defaultdict[str, list[StatementRow]] = defaultdict(list)
    for row in (*statement.closed_trades(), *statement.open_trades()):
        found[row.symbol].append(row)
    return dict(found)


def _contract(name: str, rows: list[StatementRow], currency: str, facts: Facts | None) -> Contract:
    found = contract_of(name, rows, currency)
    if facts is None or name not in facts.symbols:
        return found
    return Contract(facts.symbols[name], found.needs, is_inferred=False)


def _likeliest(rows: Mapping[str, list[StatementRow]]) -> str:
    """Return the currency in which most rows can be reckoned without a foreign quote, exactly."""
    named = Counter[str]()
    for name, of in rows.items():
        names = names_of(name)
        named.update({one: len(of) for one in (names.base, names.profit) if one in CURRENCIES})
    tried = (*USUAL, *(one for one, _ in named.most_common() if one not in USUAL))
    return max(tried, key=lambda one: _explained(rows, one))


def _explained(rows: Mapping[str, list[StatementRow]], currency: str) -> int:
    return sum(
        contract_of(name, of[:FEW], currency).exact
        for name, of in rows.items()
        if names_of(name).profit
    )
