"""One's own password: the old one, a new one twice; every other session ends with it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth import HASH_SESSION_KEY
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from backoffice.core.actors import Actor
from backoffice.identity.actions import people
from backoffice.identity.pages.entry import VISIT
from backoffice.ui.shapes import ActionPage

FIELDS = ("now", "new", "again")


def hidden_input(autocomplete: str) -> forms.PasswordInput:
    """Return an input that nobody reads over a shoulder, and that a password manager knows."""
    return forms.PasswordInput(attrs={"class": "input", "autocomplete": autocomplete})


class PasswordChange(forms.Form):
    """The old password, and the new one twice."""

    now = forms.CharField(
        label=_("Password now"),
        max_length=1024,
        strip=False,
        widget=hidden_input("current-password"),
    )
    new = forms.CharField(
        label=_("New password"),
        max_length=1024,
        strip=False,
        help_text=_("At least twelve characters."),
        widget=hidden_input("new-password"),
    )
    again = forms.CharField(
        label=_("New password again"),
        max_length=1024,
        strip=False,
        widget=hidden_input("new-password"),
    )

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        data = super().clean() or {}
        if data.get("new") != data.get("again"):
            raise forms.ValidationError(_("The new password was not typed alike twice."))
        return data


class OwnPassword(ActionPage):
    """A new password for oneself; only after a proof that is at most minutes old."""

    permission = None
    needs_step_up = step_up_to_read = True
    form_class = PasswordChange
    template_name = "identity/password.html"
    success_url = reverse_lazy("identity:own")
    done = _("Your password is changed. Every other session has ended.")

    @method_decorator(sensitive_post_parameters(*FIELDS))
    def post(self, request: Any, **kwargs: Any) -> Any:
        """Keep the passwords out of error reports."""
        return super().post(request, **kwargs)

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Change it; this session goes on under the new one."""
        user = self.request.user
        changed = people.change_own_password(
            user_id=user.pk,
            now_used=data["now"],
            password=data["new"],
            visit_id=self.request.session.get(VISIT),
            actor=actor,
            now=self.now,
        )
        # Not under a new key: the row of this session names the one that it has.
        self.request.session[HASH_SESSION_KEY] = changed.get_session_auth_hash()
