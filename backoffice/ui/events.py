"""What the admin site announces: configuration that was changed by hand."""

from dataclasses import dataclass
from typing import ClassVar

from backoffice.core.events import Event
from backoffice.core.words import noop


@dataclass(frozen=True, kw_only=True)
class ConfigurationChanged(Event):
    """An administrator added or edited a row of configuration. Both texts are canonical JSON."""

    name: ClassVar[str] = "ui.configuration.changed"
    sentence: ClassVar[str] = noop("{actor} changed {model} {key} from {before} to {after}")

    model: str
    key: str
    before: str
    after: str
