"""Addresses under /approvals/."""

from django.urls import path

from backoffice.approvals.pages import policies, requests, role_change, standing_in

app_name = "approvals"

urlpatterns = [
    path("", requests.RequestList.as_view(), name="request-list"),
    path("waiting", requests.Waiting.as_view(), name="request-count"),
    path("<int:pk>/", requests.RequestDetail.as_view(), name="request-detail"),
    path("<int:pk>/agree/", requests.Agree.as_view(), name="request-agree"),
    path("<int:pk>/refuse/", requests.Refuse.as_view(), name="request-refuse"),
    path("<int:pk>/review/", requests.Review.as_view(), name="request-review"),
    path("<int:pk>/cancel/", requests.Cancel.as_view(), name="request-cancel"),
    path("policies/", policies.PolicyList.as_view(), name="policy-list"),
    path("policies/<str:kind>/", policies.PolicyDetail.as_view(), name="policy-detail"),
    path("policies/<str:kind>/change/", policies.ChangePolicy.as_view(), name="policy-change"),
    path("delegations/", standing_in.Delegations.as_view(), name="delegation-list"),
    path("delegations/<int:pk>/end/", standing_in.EndDelegation.as_view(), name="delegation-end"),
    path("roles/ask/", standing_in.AskRole.as_view(), name="role-ask"),
    path("roles/<int:pk>/change/", role_change.ChangeRole.as_view(), name="role-change"),
]
