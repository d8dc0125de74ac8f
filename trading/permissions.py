"""Who may do what in the market, by name; what each role holds is rows."""

from backoffice.core.permissions import Permission
from backoffice.core.words import noop

VIEW_ACCOUNTS = Permission(
    code="trading.account.view", label=noop("See trading accounts"), for_machines=True
)
BIND_ACCOUNTS = Permission(
    code="trading.account.bind", label=noop("Give a trading account to a client, or take it away")
)
VIEW_POSITIONS = Permission(
    code="trading.position.view",
    label=noop("See open positions and orders"),
    for_machines=True,
)
VIEW_DEALS = Permission(
    code="trading.deal.view", label=noop("See closed trades"), for_machines=True
)
VIEW_BALANCE_RECORDS = Permission(
    code="trading.balance.view",
    label=noop("See balance and credit records"),
    for_machines=True,
)
VIEW_SERVERS = Permission(
    code="trading.server.view", label=noop("See MetaTrader servers and their state")
)
REGISTER_SERVERS = Permission(
    code="trading.server.register", label=noop("Register a MetaTrader server")
)
SET_SENDING_TERMS = Permission(
    code="trading.sending_terms.set", label=noop("Set how long money commands take on a server")
)
SETTLE_OPERATIONS = Permission(
    code="trading.operation.settle",
    label=noop("Settle by hand, with a second person, what MetaTrader left open"),
)
OPEN_ACCOUNTS = Permission(
    code="trading.account.open",
    label=noop("Open trading accounts for clients"),
    for_machines=True,
)
CHANGE_ACCOUNTS = Permission(
    code="trading.account.change",
    label=noop("Change leverage and group, enable again, delete in MetaTrader"),
)
SUSPEND_ACCOUNTS = Permission(
    code="trading.account.suspend", label=noop("Disable accounts, and make them read-only")
)
RESET_PASSWORDS = Permission(
    code="trading.account.reset_password",
    label=noop("Reset the passwords of accounts"),
    for_machines=True,
)
CONFIRM_ACCOUNTS = Permission(
    code="trading.account.confirm",
    label=noop("Confirm dangerous changes of accounts that others asked for"),
)
SEE_CHANGES = Permission(
    code="trading.change.view",
    label=noop("See what others change on the servers, the alerts, and the manager accounts"),
)
CLOSE_ALERTS = Permission(code="trading.alert.close", label=noop("Say what an alert was"))
