"""Addresses under /clients/."""

from django.urls import path

from crm.pages import clients, contacts, grants, inviting, kyc, letters, looks, panels, revealing

app_name = "crm"

urlpatterns = [
    path("", clients.ClientList.as_view(), name="client-list"),
    path("views", panels.Views.as_view(), name="panel-views"),
    path("<int:pk>/", clients.ClientDetail.as_view(), name="client-detail"),
    path("<int:pk>/contacts/", contacts.AskForContacts.as_view(), name="client-contacts"),
    path("<int:pk>/kyc/", kyc.AskForLevel.as_view(), name="client-kyc"),
    path("looks/", looks.LookList.as_view(), name="look-list"),
    path("<int:pk>/contacts/<slug:field>/", revealing.Contact.as_view(), name="client-contact"),
    path("<int:client_id>/shown-to/", grants.ShownTo.as_view(), name="panel-shown-to"),
    path("<int:client_id>/show/", grants.ShowClient.as_view(), name="client-show"),
    path("shown/<int:pk>/end/", grants.StopShowing.as_view(), name="grant-end"),
    path("<int:pk>/invite/", inviting.Invite.as_view(), name="client-invite"),
    path("<int:pk>/letters/", letters.LetterList.as_view(), name="letter-list"),
    path("<int:pk>/timeline", panels.Timeline.as_view(), name="client-timeline"),
]
