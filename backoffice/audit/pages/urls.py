"""The addresses of the audit log."""

from django.urls import path

from backoffice.audit.pages.entries import (
    ChangeList,
    Entry,
    EventList,
    ExportEvents,
    ObjectHistory,
    PersonDay,
)
from backoffice.audit.pages.standing import Standing, VerifyLog

app_name = "audit"
urlpatterns = [
    path("", EventList.as_view(), name="event-list"),
    path("export", ExportEvents.as_view(), name="export"),
    path("rows/", ChangeList.as_view(), name="change-list"),
    path("entry/", Entry.as_view(), name="entry"),
    path("object/", ObjectHistory.as_view(), name="object-history"),
    path("day/", PersonDay.as_view(), name="person-day"),
    path("proof/", Standing.as_view(), name="standing"),
    path("proof/verify", VerifyLog.as_view(), name="verify"),
]
