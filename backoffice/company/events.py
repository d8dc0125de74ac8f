"""What the company announces about itself."""

from dataclasses import dataclass
from typing import ClassVar

from backoffice.core.events import Event
from backoffice.core.words import noop


@dataclass(frozen=True, kw_only=True)
class SubjectExcluded(Event):
    """Something was put on the exclusion list. The key stays in the list: it can be a domain."""

    name: ClassVar[str] = "company.subject.excluded"
    sentence: ClassVar[str] = noop(
        "{actor} put a {kind} on the exclusion list (entry {exclusion_id})"
    )

    exclusion_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class SubjectReadmitted(Event):
    """Something was taken off the exclusion list."""

    name: ClassVar[str] = "company.subject.readmitted"
    sentence: ClassVar[str] = noop(
        "{actor} took a {kind} off the exclusion list (entry {exclusion_id})"
    )

    exclusion_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class PolicySet(Event):
    """A new version of a policy was written."""

    name: ClassVar[str] = "company.policy.set"
    sentence: ClassVar[str] = noop("{actor} set policy {code} to version {version}")

    policy_id: int
    code: str
    version: int


@dataclass(frozen=True, kw_only=True)
class EntityFounded(Event):
    """A legal entity was set up."""

    name: ClassVar[str] = "company.entity.founded"
    sentence: ClassVar[str] = noop("{actor} set up the legal entity {code}")

    legal_entity_id: int
    code: str


@dataclass(frozen=True, kw_only=True)
class BrandAdded(Event):
    """A legal entity got another name to meet its clients under."""

    name: ClassVar[str] = "company.brand.added"
    sentence: ClassVar[str] = noop("{actor} added the brand {code}")

    brand_id: int
    code: str
