"""What a client's agent gets of a closed trade: money of the broker's, on the agent's own account.

MetaTrader books it apart from the trade, as a balance operation that names client and ticket; that
it does so at the closing is our reading (docs/metatrader.md, Commission).
"""

from dataclasses import replace
from decimal import Decimal

from trading.calc.commission import at_open
from trading.calc.convert import NoQuote, mid_rate
from trading.calc.rounding import normalise
from trading.gateway.simulator.book import Change
from trading.gateway.simulator.dealing.booking import balance_record
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.office.authors import SERVER
from trading.gateway.simulator.protocol import No
from trading.terms import AccountRecord, Cmd, TradeRecord


def pay_agent(desk: Desk, change: Change, closed: TradeRecord) -> None:
    """Book what a closed trade earns its account's agent, if there is one and he is known."""
    client = change.account(closed.login)
    rules = desk.book.rules.group(client.group)
    if not client.agent_login or not rules.agent_commission:
        return
    try:
        agent = change.account(client.agent_login)
        amount = _amount(desk, client, agent, closed)
    except (No, NoQuote) as why:
        change.notes.append(f"no agent commission for #{closed.ticket}: {why}")
        return
    if amount <= 0 or not agent.enabled:
        return
    comment = desk.identity.text(f"agent '{client.login}' - #{closed.ticket}")
    with desk.book.acting(SERVER):  # a manager may not reach the agent's group; the server does
        booked = balance_record(
            change, login=agent.login, cmd=Cmd.BALANCE, amount=amount, comment=comment
        )
        change.put_trade("trade_close", booked)
        change.put_account(replace(agent, balance=agent.balance + amount))


def _amount(
    desk: Desk, client: AccountRecord, agent: AccountRecord, closed: TradeRecord
) -> Decimal:
    """Return the agent's share in his own currency; NoQuote where it cannot be converted."""
    rules, spec = desk.book.rules.group(client.group), desk.book.symbols[closed.symbol]
    quotes, specs = desk.market.quotes, desk.book.symbols
    terms = replace(
        desk.book.group_of(client),
        commission=rules.agent_commission,
        commission_type=rules.agent_type,
        commission_symbols=(),
    )
    side, volume = closed.cmd.side, closed.volume_hundredths
    share = -at_open(terms, spec, side, volume, closed.open_price, quotes, specs=specs)
    rate = mid_rate(
        spec, client.currency, agent.currency, quotes, specs=specs, purpose="agent commission"
    )
    return normalise(rate.apply(share), agent.currency)
