"""The addresses of signing in, leaving, and one's own screen."""

from django.urls import path

from backoffice.identity.pages.oneself import ChangeTaste, SignOut
from backoffice.identity.pages.second_factor import EnrolSecondFactor, RecoveryCodes
from backoffice.identity.pages.sign_in import SignIn, SignInCode

app_name = "identity"
urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="sign-in"),
    path("sign-in/code/", SignInCode.as_view(), name="sign-in-code"),
    path("sign-in/enrol/", EnrolSecondFactor.as_view(), name="sign-in-enrol"),
    path("recovery-codes/", RecoveryCodes.as_view(), name="recovery-codes"),
    path("sign-out/", SignOut.as_view(), name="sign-out"),
    path("taste/", ChangeTaste.as_view(), name="taste"),
]
