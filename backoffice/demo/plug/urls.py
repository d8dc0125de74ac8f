"""Addresses under /plug/."""

from django.urls import path

from backoffice.demo.plug import pages

app_name = "plug"

urlpatterns = [
    path("", pages.Panel.as_view(), name="panel"),
    path("now", pages.Now.as_view(), name="now"),
    path("kill", pages.Pull.as_view(), name="kill"),
    path("withdraw", pages.Pull.as_view(begins=True), name="withdraw"),
]
