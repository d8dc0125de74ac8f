"""Which order carries out which verb of the port."""

from collections.abc import Mapping

from trading.gateway.agent.orders import accounts, money, trades
from trading.gateway.agent.orders.order import Order

ORDERS: Mapping[str, type[Order]] = {
    "change_balance": money.ChangeBalance,
    "open_account": accounts.OpenAccount,
    "update_account": accounts.UpdateAccount,
    "set_password": accounts.SetPassword,
    "set_enabled": accounts.SetEnabled,
    "set_read_only": accounts.SetReadOnly,
    "set_leverage": accounts.SetLeverage,
    "set_group": accounts.SetGroup,
    "delete_account": accounts.DeleteAccount,
    "open_trade": trades.OpenTrade,
    "close_trade": trades.CloseTrade,
    "close_by": trades.CloseBy,
    "close_all": trades.CloseAll,
    "modify_trade": trades.ModifyTrade,
    "activate_order": trades.ActivateOrder,
    "delete_order": trades.DeleteOrder,
    "change_comment": trades.ChangeComment,
}
