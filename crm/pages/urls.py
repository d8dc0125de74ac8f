"""Addresses under /clients/."""

from django.urls import path

from crm.pages import clients, contacts, panels

app_name = "crm"

urlpatterns = [
    path("", clients.ClientList.as_view(), name="client-list"),
    path("views", panels.Views.as_view(), name="panel-views"),
    path("<int:pk>/", clients.ClientDetail.as_view(), name="client-detail"),
    path("<int:pk>/contacts/", contacts.AskForContacts.as_view(), name="client-contacts"),
    path("<int:pk>/timeline", panels.Timeline.as_view(), name="client-timeline"),
]
