"""The addresses of the personal area that are about money."""

from django.urls import path

from accounts.portal import deposits, home, transfers, withdrawals

app_name = "portal"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("deposits/new/", deposits.PayIn.as_view(), name="deposit-new"),
    path("deposits/<int:pk>/", deposits.OwnDeposit.as_view(), name="deposit"),
    path("deposits/<int:pk>/stop/", deposits.StopDeposit.as_view(), name="deposit-stop"),
    path("transfers/new/", transfers.Move.as_view(), name="transfer-new"),
    path("transfers/<int:pk>/", transfers.OwnTransfer.as_view(), name="transfer"),
    path("transfers/<int:pk>/cancel/", transfers.CancelTransfer.as_view(), name="transfer-cancel"),
    path("withdrawals/new/", withdrawals.Withdraw.as_view(), name="withdrawal-new"),
    path("withdrawals/<int:pk>/", withdrawals.OwnWithdrawal.as_view(), name="withdrawal"),
    path("withdrawals/<int:pk>/cancel/", withdrawals.CancelOwn.as_view(), name="withdrawal-cancel"),
    path("withdrawals/<int:pk>/answer/", withdrawals.Answer.as_view(), name="withdrawal-answer"),
]
