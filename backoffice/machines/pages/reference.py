"""The description of the API as people read it: every door, its scope, what it takes and shows."""

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from backoffice.core.words import noop
from backoffice.machines.permissions import SEE_INTEGRATIONS
from backoffice.ui.rest.described import description
from backoffice.ui.shapes import StaffPage

#: Apps by their word; of the house's own doors, everybody holds them.
GROUPS = {
    "accounts": noop("Money"),
    "backoffice": noop("Every integration"),
    "crm": noop("Clients"),
    "trading": noop("Trading accounts"),
}


class Reference(StaffPage):
    """The doors by app, generated from the doors themselves."""

    permission = SEE_INTEGRATIONS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        told = description()
        doors: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for path, methods in told["paths"].items():
            for method, door in methods.items():
                doors[door["tags"][0]].append(door_of(told, path, method, door))
        groups = sorted((_(GROUPS.get(app, app)), lines) for app, lines in doors.items())
        context = {"groups": groups, "server": told["servers"][0]["url"]}
        return self.show("machines/reference.html", context)


def door_of(told: dict[str, Any], path: str, method: str, door: dict[str, Any]) -> dict[str, Any]:
    """Return one door as the page shows it."""
    body = door.get("requestBody", {}).get("content", {}).get("application/json", {})
    answers = {code: one for code, one in door["responses"].items() if code != "default"}
    shown = [one.get("content", {}).get("application/json", {}) for one in answers.values()]
    words, _gap, rest = door["description"].partition("\n\n")
    return {
        "path": path,
        "method": method.upper(),
        "words": words.replace("`", ""),
        "needs": rest.replace("`", "").split("\n\n") if rest else [],
        "query": [one["name"] for one in door.get("parameters", ()) if one["in"] == "query"],
        "takes": fields_of(told, body.get("schema", {})),
        "shows": fields_of(told, shown[0].get("schema", {})) if shown else [],
    }


def fields_of(told: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Return the names of the fields of a schema; optional ones with a question mark."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = told["components"]["schemas"][name]
    needed = set(schema.get("required", ()))
    return [name if name in needed else f"{name}?" for name in schema.get("properties", ())]
