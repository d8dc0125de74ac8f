"""The addresses of signing in, leaving, and one's own screen."""

from django.urls import path

from backoffice.identity.pages import own
from backoffice.identity.pages.oneself import ChangeTaste, SignOut
from backoffice.identity.pages.password import OwnPassword
from backoffice.identity.pages.roster import desks, people, roles
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
    path("staff/", people.StaffList.as_view(), name="staff-list"),
    path("staff/<int:pk>/", people.StaffDetail.as_view(), name="staff-detail"),
    path("staff/<int:pk>/move/", people.Move.as_view(), name="staff-move"),
    path("staff/<int:pk>/sign-out/", people.SignOutStaff.as_view(), name="staff-sign-out"),
    path("staff/<int:pk>/suspend/", people.Suspend.as_view(), name="staff-suspend"),
    path("staff/<int:pk>/reinstate/", people.Reinstate.as_view(), name="staff-reinstate"),
    path("staff/<int:pk>/reset-factor/", people.ResetFactor.as_view(), name="staff-reset"),
    path("roles/", roles.RoleList.as_view(), name="role-list"),
    path("roles/<int:pk>/", roles.RoleDetail.as_view(), name="role-detail"),
    path("desks/", desks.DeskTree.as_view(), name="desk-tree"),
    path("desks/new/", desks.CreateDesk.as_view(), name="desk-create"),
    path("my-sign-in/", own.OwnSignIn.as_view(), name="own"),
    path("my-sign-in/password/", OwnPassword.as_view(), name="password"),
    path("my-sign-in/new-devices/", own.NewDevices.as_view(), name="new-devices"),
    path("my-sign-in/others/end/", own.EndOtherVisits.as_view(), name="visits-end"),
    path("my-sign-in/<int:pk>/end/", own.EndVisit.as_view(), name="visit-end"),
    path("my-sign-in/devices/<int:pk>/mine/", own.RecogniseDevice.as_view(), name="device-mine"),
    path("my-sign-in/passkeys/add/", own.AddPasskey.as_view(), name="passkey-add"),
    path(
        "my-sign-in/passkeys/<int:pk>/remove/", own.RemovePasskey.as_view(), name="passkey-remove"
    ),
]
