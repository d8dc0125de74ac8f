"""Draws the fields of forms: the few common ones here, every other by Django's templates.

A select with forty options is forty templates for Django; a list page has several of them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString

from backoffice.ui.drawing.markup import html, joined

WIDGETS = "django/forms/widgets"
Widget = Mapping[str, Any]


class FormDrawing(DjangoTemplates):
    """Django's renderer, with inputs and selects drawn without a template."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """Draw the widget of this template name."""
        draw = DRAWN.get(template_name)
        if draw is None:
            return super().render(template_name, context, request)
        return draw(context["widget"])


def _attributes(widget: Widget) -> SafeString:
    return joined(
        html(" {}", name) if value is True else html(' {}="{}"', name, value)
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _value(widget: Widget) -> SafeString:
    value = widget["value"]
    return SafeString("") if value is None else html(' value="{}"', value)


def _input(widget: Widget) -> SafeString:
    return html(
        '<input type="{}" name="{}"{}{}>',
        widget["type"],
        widget["name"],
        _value(widget),
        _attributes(widget),
    )


def _select(widget: Widget) -> SafeString:
    groups = joined(_group(name, options) for name, options, _index in widget["optgroups"])
    return html('<select name="{}"{}>{}</select>', widget["name"], _attributes(widget), groups)


def _group(name: str | None, options: list[Widget]) -> SafeString:
    drawn = joined(map(_option, options))
    return html('<optgroup label="{}">{}</optgroup>', name, drawn) if name else drawn


def _option(option: Widget) -> SafeString:
    return html(
        '<option value="{}"{}>{}</option>', option["value"], _attributes(option), option["label"]
    )


DRAWN: dict[str, Callable[[Widget], SafeString]] = {
    f"{WIDGETS}/{name}.html": draw
    for draw, names in (
        (_input, ("input", "text", "hidden", "number", "email", "url", "password")),
        (_select, ("select",)),
    )
    for name in names
}
