"""Addresses under /trading/."""

from django.urls import path

from trading.pages import (
    by_hand,
    commands,
    managing,
    owners,
    servers,
    trading_accounts,
    unbound,
    watching,
)

app_name = "trading"

urlpatterns = [
    path("changes/", watching.ChangeList.as_view(), name="change-list"),
    path("alerts/", watching.AlertList.as_view(), name="alert-list"),
    path("alerts/count", watching.AlertCount.as_view(), name="alert-count"),
    path("alerts/<int:pk>/", watching.AlertDetail.as_view(), name="alert-detail"),
    path("alerts/<int:pk>/close/", watching.CloseAlert.as_view(), name="alert-close"),
    path("alerts/<int:pk>/see/", watching.SeeAlert.as_view(), name="alert-see"),
    path("managers/", watching.ManagerList.as_view(), name="manager-list"),
    path("requests/", commands.CommandList.as_view(), name="command-list"),
    path("requests/count", commands.CommandCount.as_view(), name="command-count"),
    path("requests/<int:pk>/", commands.CommandDetail.as_view(), name="command-detail"),
    path("requests/<int:pk>/confirm/", commands.ConfirmCommand.as_view(), name="command-confirm"),
    path("requests/<int:pk>/decline/", commands.DeclineCommand.as_view(), name="command-decline"),
    path("requests/<int:pk>/cancel/", commands.CancelCommand.as_view(), name="command-cancel"),
    path("accounts/<int:pk>/manage/", managing.Manage.as_view(), name="account-manage"),
    path("clients/<int:client_id>/open/", managing.OpenAccount.as_view(), name="account-open"),
    path("unbound/", unbound.UnboundList.as_view(), name="unbound-list"),
    path("unbound/count", unbound.Count.as_view(), name="unbound-count"),
    path("unbound/bind/", unbound.BindMany.as_view(), name="unbound-bind"),
    path("unbound/register/", unbound.RegisterMany.as_view(), name="unbound-register"),
    path("bindings/<int:pk>/", owners.BindingDetail.as_view(), name="binding-detail"),
    path("bindings/<int:pk>/undo/", owners.UndoBinding.as_view(), name="binding-undo"),
    path("accounts/<int:pk>/owner/", owners.AccountOwner.as_view(), name="account-owner"),
    path("accounts/<int:pk>/bind/", owners.BindAccount.as_view(), name="account-bind"),
    path("accounts/<int:pk>/unbind/", owners.UnbindAccount.as_view(), name="account-unbind"),
    path("by-hand/", by_hand.ByHandList.as_view(), name="by-hand-list"),
    path("by-hand/count", by_hand.Count.as_view(), name="by-hand-count"),
    path("by-hand/<int:pk>/back/", by_hand.HandBack.as_view(), name="by-hand-back"),
    path("accounts/<int:account_id>/by-hand", by_hand.OfAccount.as_view(), name="account-by-hand"),
    path("servers/<int:pk>/writing/", by_hand.ChooseWriting.as_view(), name="server-writing"),
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
