"""Addresses of corrections, credits and reversals, under /payments/."""

from django.urls import path

from accounts.pages.adjusting import asking, detail, lists

urlpatterns = [
    path("adjustments/", lists.AdjustmentList.as_view(), name="adjustment-list"),
    path("adjustments/<int:pk>/", detail.AdjustmentDetail.as_view(), name="adjustment-detail"),
    path("adjustments/<int:pk>/evidence", detail.Evidence.as_view(), name="adjustment-evidence"),
    *(
        path(f"adjustments/<int:pk>/{word}/", act.as_view(), name=f"adjustment-{word}")
        for word, act in detail.ACTS.items()
    ),
    path(
        "accounts/<int:account_id>/adjust/",
        asking.AskAdjustment.as_view(),
        name="adjustment-ask",
    ),
    path(
        "accounts/<int:account_id>/reverse/",
        asking.ReverseRecord.as_view(),
        name="adjustment-reverse",
    ),
]
