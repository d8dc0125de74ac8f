"""Addresses under /payments/."""

from django.urls import include, path

from accounts.pages import by_hand, clients, decisions, morning, paying, payments
from accounts.pages.adjusting import urls as adjusting
from accounts.pages.bank import decisions as bank_decisions
from accounts.pages.bank import detail as bank_detail
from accounts.pages.bank import importing as bank_importing
from accounts.pages.bank import lists as bank_lists
from accounts.pages.bank import panels as bank_panels
from accounts.pages.bulk import decisions as bulk_decisions
from accounts.pages.bulk import files as bulk_files
from accounts.pages.deposits import decisions as deposit_decisions
from accounts.pages.deposits import detail as deposit_detail
from accounts.pages.deposits import lists as deposit_lists
from accounts.pages.deposits import starting as deposit_starting
from accounts.pages.disputes import urls as disputes
from accounts.pages.methods import pages as methods
from accounts.pages.reconciling import pages as reconciling
from accounts.pages.settlement import clearing
from accounts.pages.settlement import files as settlements
from accounts.pages.statements import pages as statements
from accounts.pages.transfers import detail as transfer_detail
from accounts.pages.transfers import lists as transfer_lists
from accounts.pages.transfers import starting as transfer_starting

app_name = "accounts"

urlpatterns = [
    path("", payments.PaymentList.as_view(), name="payment-list"),
    path("waiting", payments.Waiting.as_view(), name="payment-count"),
    path("news", payments.News.as_view(), name="payment-news"),
    path("today", morning.Today.as_view(), name="panel-morning"),
    path("<int:pk>/", payments.PaymentDetail.as_view(), name="payment-detail"),
    path("<int:pk>/fresh", payments.Fresh.as_view(), name="payment-fresh"),
    path("<int:pk>/approve/", decisions.Approve.as_view(), name="payment-approve"),
    path("<int:pk>/reject/", decisions.Reject.as_view(), name="payment-reject"),
    path("<int:pk>/cancel/", decisions.Cancel.as_view(), name="payment-cancel"),
    path("<int:pk>/ask-client/", decisions.AskClient.as_view(), name="payment-ask-client"),
    path("<int:pk>/supply/", decisions.Supply.as_view(), name="payment-supply"),
    path("<int:pk>/send/", paying.Send.as_view(), name="payment-send"),
    path("<int:pk>/screen/", paying.Screen.as_view(), name="payment-screen"),
    path("<int:pk>/confirm/", paying.Confirm.as_view(), name="payment-confirm"),
    path("<int:pk>/ask-return/", paying.AskReturn.as_view(), name="payment-ask-return"),
    path("<int:pk>/drop-return/", paying.DropReturn.as_view(), name="payment-drop-return"),
    path("<int:pk>/return/", paying.Return.as_view(), name="payment-return"),
    path("<int:pk>/retry-return/", paying.RetryReturn.as_view(), name="payment-retry-return"),
    path("<int:pk>/evidence", by_hand.PaymentEvidence.as_view(), name="payment-evidence"),
    path("<int:pk>/settle/", by_hand.Settle.as_view(), name="payment-settle"),
    path(
        "<int:pk>/settle/confirm/",
        by_hand.SettleConfirm.as_view(),
        name="payment-settle-confirm",
    ),
    path(
        "<int:pk>/settle/decline/",
        by_hand.SettleDecline.as_view(),
        name="payment-settle-decline",
    ),
    path("methods/", methods.MethodList.as_view(), name="method-list"),
    path("methods/<int:pk>/terms/", methods.ProposeTerms.as_view(), name="method-terms"),
    path("clients/<int:client_id>/", clients.PanelForClient.as_view(), name="panel-for-client"),
    path(
        "clients/<int:client_id>/statement/",
        statements.ClientStatement.as_view(),
        name="client-statement",
    ),
    path(
        "clients/<int:client_id>/withdraw/",
        clients.RequestWithdrawal.as_view(),
        name="withdrawal-request",
    ),
    path("deposits/", deposit_lists.DepositList.as_view(), name="deposit-list"),
    path("deposits/waiting", deposit_lists.Waiting.as_view(), name="deposit-count"),
    path("deposits/<int:pk>/", deposit_detail.DepositDetail.as_view(), name="deposit-detail"),
    path("deposits/<int:pk>/evidence", deposit_detail.Evidence.as_view(), name="deposit-evidence"),
    *(
        path(f"deposits/<int:pk>/{word}/", act.as_view(), name=f"deposit-{word}")
        for word, act in deposit_decisions.ACTS.items()
    ),
    path("transfers/", transfer_lists.TransferList.as_view(), name="transfer-list"),
    path("transfers/waiting", transfer_lists.Waiting.as_view(), name="transfer-count"),
    path("transfers/<int:pk>/", transfer_detail.TransferDetail.as_view(), name="transfer-detail"),
    path(
        "transfers/<int:pk>/evidence",
        transfer_detail.Evidence.as_view(),
        name="transfer-evidence",
    ),
    *(
        path(f"transfers/<int:pk>/{word}/", act.as_view(), name=f"transfer-{word}")
        for word, act in transfer_detail.ACTS.items()
    ),
    path(
        "clients/<int:client_id>/transfer/",
        transfer_starting.StartTransfer.as_view(),
        name="transfer-start",
    ),
    path(
        "clients/<int:client_id>/give/",
        transfer_starting.GiveTransfer.as_view(),
        name="transfer-give",
    ),
    path("bulk/", bulk_files.FileList.as_view(), name="bulk-list"),
    path("bulk/waiting", bulk_files.Count.as_view(), name="bulk-count"),
    path("bulk/new/", bulk_decisions.NewFile.as_view(), name="bulk-new"),
    path("bulk/negative/", bulk_decisions.MakeResets.as_view(), name="bulk-resets"),
    path("bulk/<int:pk>/", bulk_files.FileDetail.as_view(), name="bulk-detail"),
    path("bulk/<int:pk>/lines/", bulk_files.LineList.as_view(), name="bulk-lines"),
    *(
        path(f"bulk/<int:pk>/{word}/", act.as_view(), name=f"bulk-{word}")
        for word, act in bulk_decisions.ACTS.items()
    ),
    path("bank/", bank_lists.RowList.as_view(), name="bank-list"),
    path("bank/waiting", bank_lists.Waiting.as_view(), name="bank-count"),
    path("bank/import/", bank_importing.ImportStatement.as_view(), name="bank-import"),
    path("bank/sure/", bank_decisions.BindSure.as_view(), name="bank-sure"),
    path("bank/<int:pk>/", bank_detail.RowDetail.as_view(), name="bank-row"),
    *(
        path(f"bank/<int:pk>/{word}/", act.as_view(), name=f"bank-{word}")
        for word, act in bank_decisions.ACTS.items()
    ),
    path("clearing", clearing.Clearing.as_view(), name="clearing"),
    path("settlements/", settlements.FileList.as_view(), name="settlement-list"),
    path("settlements/import/", settlements.ImportFile.as_view(), name="settlement-import"),
    path("settlements/<int:pk>/", settlements.FileDetail.as_view(), name="settlement-detail"),
    path("settlements/<int:pk>/take/", settlements.Take.as_view(), name="settlement-take"),
    path("settlements/<int:pk>/drop/", settlements.Drop.as_view(), name="settlement-drop"),
    path("differences/", reconciling.DifferenceList.as_view(), name="difference-list"),
    path("differences/waiting", reconciling.Waiting.as_view(), name="difference-count"),
    path("differences/<int:pk>/", reconciling.DifferenceDetail.as_view(), name="difference-detail"),
    path("differences/<int:pk>/propose/", reconciling.Propose.as_view(), name="difference-propose"),
    path("<int:pk>/bank", bank_panels.OfPayment.as_view(), name="payment-bank"),
    path("deposits/<int:pk>/bank", bank_panels.OfDeposit.as_view(), name="deposit-bank"),
    path(
        "clients/<int:client_id>/deposit/",
        deposit_starting.StartDeposit.as_view(),
        name="deposit-start",
    ),
    path("", include(adjusting)),
    path("", include(disputes)),
]
