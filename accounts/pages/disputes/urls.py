"""Addresses of disputes, under /payments/."""

from django.urls import path

from accounts.pages.disputes import pages

urlpatterns = [
    path("disputes/", pages.DisputeList.as_view(), name="dispute-list"),
    path("disputes/rates/", pages.Rates.as_view(), name="dispute-rates"),
    path("disputes/<int:pk>/", pages.DisputeDetail.as_view(), name="dispute-detail"),
    path("disputes/<int:pk>/evidence.zip", pages.Pack.as_view(), name="dispute-pack"),
    *(
        path(f"disputes/<int:pk>/{word}/", act.as_view(), name=f"dispute-{word}")
        for word, act in pages.ACTS.items()
    ),
    path("deposits/<int:pk>/dispute/", pages.OpenDispute.as_view(), name="dispute-open"),
]
