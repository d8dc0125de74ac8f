"""Addresses under /trading/."""

from django.urls import path

from trading.pages import servers, trading_accounts

app_name = "trading"

urlpatterns = [
    path("servers/", servers.ServerList.as_view(), name="server-list"),
    path(
        "accounts/<int:pk>/",
        trading_accounts.AccountDetail.as_view(),
        name="account-detail",
    ),
    path(
        "accounts/<int:pk>/deals/",
        trading_accounts.AccountDeals.as_view(),
        name="account-deals",
    ),
    path(
        "accounts/<int:pk>/balance/",
        trading_accounts.AccountBalance.as_view(),
        name="account-balance",
    ),
    path(
        "clients/<int:client_id>/accounts",
        trading_accounts.PanelForClient.as_view(),
        name="panel-for-client",
    ),
]
