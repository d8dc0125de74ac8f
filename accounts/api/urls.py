"""Addresses of the payments, below /api/v1/."""

from django.urls import path

from accounts.api.payments import (
    CancelWithdrawal,
    ListPayments,
    PaymentMethods,
    ReadPayment,
    RequestWithdrawal,
)

urlpatterns = [
    path("payments", ListPayments.as_view(), name="payment-list"),
    path("payments/<int:pk>", ReadPayment.as_view(), name="payment"),
    path("clients/<int:client_id>/payment-methods", PaymentMethods.as_view(), name="methods"),
    path("withdrawals/request", RequestWithdrawal.as_view(), name="withdrawal-request"),
    path("withdrawals/<int:pk>/cancel", CancelWithdrawal.as_view(), name="withdrawal-cancel"),
]
