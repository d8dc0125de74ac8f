"""Addresses of the payments, below /api/v1/."""

from django.urls import path

from accounts.api.corrections import ListAdjustments, ListDisputes, ReadAdjustment, ReadDispute
from accounts.api.deposits import CancelDeposit, ListDeposits, ReadDeposit, StartDeposit
from accounts.api.payments import (
    CancelWithdrawal,
    ListPayments,
    PaymentMethods,
    ReadPayment,
    RequestWithdrawal,
)
from accounts.api.transfers import (
    CancelTransfer,
    ListTransfers,
    ReadTransfer,
    RequestTransfer,
    TransferRate,
    Wallets,
)

urlpatterns = [
    path("payments", ListPayments.as_view(), name="payment-list"),
    path("payments/<int:pk>", ReadPayment.as_view(), name="payment"),
    path("clients/<int:client_id>/payment-methods", PaymentMethods.as_view(), name="methods"),
    path("deposits", ListDeposits.as_view(), name="deposit-list"),
    path("deposits/<int:pk>", ReadDeposit.as_view(), name="deposit"),
    path("deposits/start", StartDeposit.as_view(), name="deposit-start"),
    path("deposits/<int:pk>/cancel", CancelDeposit.as_view(), name="deposit-cancel"),
    path("withdrawals/request", RequestWithdrawal.as_view(), name="withdrawal-request"),
    path("withdrawals/<int:pk>/cancel", CancelWithdrawal.as_view(), name="withdrawal-cancel"),
    path("adjustments", ListAdjustments.as_view(), name="adjustment-list"),
    path("adjustments/<int:pk>", ReadAdjustment.as_view(), name="adjustment"),
    path("disputes", ListDisputes.as_view(), name="dispute-list"),
    path("disputes/<int:pk>", ReadDispute.as_view(), name="dispute"),
    path("transfers", ListTransfers.as_view(), name="transfer-list"),
    path("transfers/<int:pk>", ReadTransfer.as_view(), name="transfer"),
    path("transfers/<int:pk>/cancel", CancelTransfer.as_view(), name="transfer-cancel"),
    path("clients/<int:client_id>/wallets", Wallets.as_view(), name="wallets"),
    path(
        "clients/<int:client_id>/transfer-rate/<str:source>/<str:target>",
        TransferRate.as_view(),
        name="transfer-rate",
    ),
    path("clients/<int:client_id>/transfers", RequestTransfer.as_view(), name="transfer-request"),
]
