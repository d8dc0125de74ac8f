"""Certifies a statement: every check on every row that can be derived, and what cannot be told."""

from trading.calc.certification.account import account_of
from trading.calc.certification.figures import check_identity
from trading.calc.certification.margin import check_margin
from trading.calc.certification.outcome import Certificate
from trading.calc.certification.printed import Printed, printed_in
from trading.calc.certification.trades import check_profits, check_swap_free
from trading.calc.facts import Facts
from trading.calc.statement import Statement


def certify(
    statement: Statement,
    *,
    beside: Printed | None = None,
    currency: str = "",
    facts: Facts | None = None,
) -> Certificate:
    """Return what our sums reproduce of a statement.

    `beside` is what was printed for a file that lost it (a CSV); `currency` overrules the deposit
    currency; `facts` say what a statement does not print. Raises `BadFacts`.
    """
    printed = printed_in(statement)
    if beside is not None and not printed.totals:
        printed = beside
    account = account_of(statement, printed, currency, facts)
    symbols, profits = check_profits(account)
    margin, leverage = check_margin(account, printed.totals)
    return Certificate(
        file=statement.file,
        rows=len(statement.rows),
        currency=account.currency,
        is_currency_inferred=account.is_currency_inferred,
        leverage=leverage,
        symbols=symbols,
        checks=(
            *profits,
            check_swap_free(account),
            margin,
            check_identity(statement, printed.totals),
        ),
    )
