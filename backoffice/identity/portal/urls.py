"""The addresses by which clients come in."""

from django.urls import path

from backoffice.identity.portal import sign_in

app_name = "entrance"
urlpatterns = [
    path("sign-in/", sign_in.ClientSignIn.as_view(), name="sign-in"),
    path("sign-out/", sign_in.ClientSignOut.as_view(), name="sign-out"),
    path("forgotten/", sign_in.Forgotten.as_view(), name="forgotten"),
    path(
        "password/<int:user_id>/<str:token>/",
        sign_in.ChoosePassword.as_view(),
        name="choose-password",
    ),
]
