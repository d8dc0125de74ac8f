"""Acts on a bulk file: handed in, made, and what the bar of its page offers."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from accounts.actions.bulk import approving, steering, taking
from accounts.pages.bulk import forms
from accounts.pages.bulk.files import FileAct
from accounts.permissions import APPROVE_BULK, PREPARE_BULK
from accounts.queries.bulk import files
from accounts.terms.bulk import Bulk
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.ui.shapes import ActionPage
from trading.queries import by_login


class NewFile(ActionPage):
    """A file is handed in; a refusal is said line by line on the file's own page."""

    permission = PREPARE_BULK
    needs_step_up = True
    #: Asked before the form, because a file that was chosen does not survive the question.
    step_up_to_read = True
    template_name = "accounts/bulk_new.html"

    def form(self, data: Any = None) -> forms.FileForm:
        """Return the form with the servers, and the legal entities in reach."""
        sent = self.request.FILES if data is not None else None
        return forms.FileForm(data, sent, **places(self.request.user))

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Take it."""
        upload = taking.Upload(
            key=data["key"],
            server_id=int(data["server"]),
            legal_entity_id=int(data["legal_entity"]),
            name=data["file"].name,
            body=data["file"].read(taking.reading.LARGEST + 1),
        )
        self.taken = taking.take_file(upload=upload, actor=actor, now=self.now)

    def goes_to(self) -> str:
        """Return the preview, or the refusal."""
        return reverse("accounts:bulk-detail", args=[self.taken.pk])


class MakeResets(ActionPage):
    """A file is made of the negative balances: its preview follows, as of any other."""

    permission = PREPARE_BULK
    needs_step_up = True
    template_name = "accounts/bulk_resets.html"

    def form(self, data: Any = None) -> forms.PlaceForm:
        """Return the form with the servers, and the legal entities in reach."""
        return forms.PlaceForm(data, None, **places(self.request.user))

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Make it."""
        self.made = taking.make_resets(
            key=data["key"],
            server_id=int(data["server"]),
            legal_entity_id=int(data["legal_entity"]),
            actor=actor,
            now=self.now,
        )
        if self.made.state == Bulk.REFUSED:
            words = "; ".join(sentence for _line, sentence in self.made.flaws)
            raise Rejected(translated("Refused: %(why)s") % {"why": words})

    def goes_to(self) -> str:
        """Return the preview."""
        return reverse("accounts:bulk-detail", args=[self.made.pk])


class Ask(FileAct):
    """Its approval is asked for."""

    permission = PREPARE_BULK
    needs_step_up = True
    form_class = forms.AskForm
    done = _("Asked for. Somebody else decides.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Ask."""
        approving.ask_for_approval(reason=data["reason"], origin=self.origin, **self.whose)


class Cancel(FileAct):
    """It is taken back."""

    permission = PREPARE_BULK
    form_class = forms.CancelForm
    done = _("Taken back. Nothing was moved.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Take it back."""
        approving.cancel(**self.whose)


class Agree(FileAct):
    """Yes, to exactly what was on the page; with the last one it runs."""

    permission = APPROVE_BULK
    needs_step_up = True
    form_class = forms.AgreeForm
    done = _("You agreed.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Agree."""
        approving.agree(seen=data["seen"], origin=self.origin, **self.whose)


class Refuse(FileAct):
    """No, with its reason."""

    permission = APPROVE_BULK
    needs_step_up = True
    form_class = forms.RefuseForm
    done = _("Turned down.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Turn it down."""
        approving.refuse(reason=data["reason"], origin=self.origin, **self.whose)


class Pause(FileAct):
    """It stands still after the line in hand."""

    permission = PREPARE_BULK
    form_class = forms.PauseForm
    done = _("Paused after the line in hand.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Pause it."""
        steering.pause(reason=data["reason"], **self.whose)


class Resume(FileAct):
    """It goes on."""

    permission = PREPARE_BULK
    needs_step_up = True
    form_class = forms.ResumeForm
    done = _("It goes on.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Let it go on."""
        steering.resume(**self.whose)


class Stop(FileAct):
    """What was not begun is left out, for good."""

    permission = PREPARE_BULK
    needs_step_up = True
    form_class = forms.StopForm
    done = _("Stopped. What was not begun is left out.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Stop it."""
        steering.stop(reason=data["reason"], **self.whose)


#: The last part of an address → the act behind it.
ACTS: dict[str, type[FileAct]] = {
    "ask": Ask,
    "cancel": Cancel,
    "agree": Agree,
    "refuse": Refuse,
    "pause": Pause,
    "resume": Resume,
    "stop": Stop,
}


def places(user: Any) -> dict[str, Any]:
    """Return the choices of a form about a server and a legal entity."""
    return {
        "servers": list(by_login.servers_by_id().items()),
        "entities": [(one.pk, one.name) for one in files.entities_for(user)],
    }
