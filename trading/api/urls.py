"""Addresses of the trading accounts, below /api/v1/."""

from django.urls import path

from trading.api.accounts import (
    AccountsOfClient,
    AccountTypes,
    LiveEquity,
    OpenPositions,
    ReadAccount,
)
from trading.api.commands import OpenAccount, ReadCommand, ResetPassword
from trading.api.history import BalanceHistory, ClosedTrades, Statement

urlpatterns = [
    path("clients/<int:client_id>/accounts", AccountsOfClient.as_view(), name="client-accounts"),
    path("clients/<int:client_id>/account-types", AccountTypes.as_view(), name="account-types"),
    path("clients/<int:client_id>/accounts/open", OpenAccount.as_view(), name="account-open"),
    path("accounts/<int:pk>", ReadAccount.as_view(), name="account"),
    path("accounts/<int:pk>/equity", LiveEquity.as_view(), name="account-equity"),
    path("accounts/<int:pk>/positions", OpenPositions.as_view(), name="account-positions"),
    path("accounts/<int:pk>/deals", ClosedTrades.as_view(), name="account-deals"),
    path("accounts/<int:pk>/balance-records", BalanceHistory.as_view(), name="account-balance"),
    path("accounts/<int:pk>/statement", Statement.as_view(), name="account-statement"),
    path("accounts/<int:pk>/password", ResetPassword.as_view(), name="account-password"),
    path("account-commands/<int:pk>", ReadCommand.as_view(), name="account-command"),
]
