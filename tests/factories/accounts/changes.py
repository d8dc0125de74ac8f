"""A foreign change with its alert, as the watch leaves them."""

from backoffice.core import clock
from trading.models import Alert, ServerChange, TradingAccount
from trading.states import Change


def an_alert_of(account: TradingAccount) -> Alert:
    """Somebody set this account's leverage to 1:33 in MetaTrader."""
    found = Alert.objects.filter(account=account).first()
    if found is not None:
        return found
    now = clock.now()
    change = ServerChange.objects.create(
        server_id=account.server_id,
        account=account,
        login=account.login,
        kind=Change.LEVERAGE,
        before="100",
        after="33",
        seen_at=now,
        verdict=ServerChange.FOREIGN,
        judged_at=now,
        manager_login=901,
        address="198.51.100.7",
        line="'901': update account",
    )
    return Alert.objects.create(
        rule="foreign-terms",
        severity="warn",
        server_id=account.server_id,
        account=account,
        login=account.login,
        change=change,
        first_at=now,
        latest_at=now,
    )
