"""Addresses under /payments/."""

from django.urls import path

from accounts.pages import clients, decisions, payments

app_name = "accounts"

urlpatterns = [
    path("", payments.PaymentList.as_view(), name="payment-list"),
    path("waiting", payments.Waiting.as_view(), name="payment-count"),
    path("<int:pk>/", payments.PaymentDetail.as_view(), name="payment-detail"),
    path("<int:pk>/fresh", payments.Fresh.as_view(), name="payment-fresh"),
    path("<int:pk>/approve/", decisions.Approve.as_view(), name="payment-approve"),
    path("<int:pk>/reject/", decisions.Reject.as_view(), name="payment-reject"),
    path("<int:pk>/cancel/", decisions.Cancel.as_view(), name="payment-cancel"),
    path("<int:pk>/send/", decisions.Send.as_view(), name="payment-send"),
    path("<int:pk>/confirm/", decisions.Confirm.as_view(), name="payment-confirm"),
    path("<int:pk>/return/", decisions.Return.as_view(), name="payment-return"),
    path("clients/<int:client_id>/", clients.PanelForClient.as_view(), name="panel-for-client"),
    path(
        "clients/<int:client_id>/withdraw/",
        clients.RequestWithdrawal.as_view(),
        name="withdrawal-request",
    ),
]
