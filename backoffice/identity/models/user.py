"""The one user model: staff, clients and machines, kept apart by the database."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from backoffice.company.terms import check_timezone
from backoffice.core import permissions
from backoffice.core.access import Level, Reach, Scope, singles
from backoffice.core.actors import Actor
from backoffice.core.compiled import Question
from backoffice.identity.calc.networks import is_within
from backoffice.identity.models.desk import Desk
from backoffice.identity.models.role import RoleGrant
from backoffice.identity.states import (
    DENSITY_LABELS,
    KIND_LABELS,
    THEME_LABELS,
    Density,
    Kind,
    Theme,
)

# The database's clock decides about expiry: one clock for every web process.
IN_FORCE: Question[Any] = Question(
    lambda user_id: singles.beside(
        RoleGrant.objects.filter(user_id=user_id, revoked_at=None)
        .filter(Q(expires_at=None) | Q(expires_at__gt=Now()))
        .select_related("role"),
        "user_id",
    ),
    int,
)


class Held(NamedTuple):
    """One role that the user holds now."""

    permissions: frozenset[str]
    level: Level
    legal_entity_id: int | None
    networks: tuple[str, ...]
    single_ids: frozenset[int]


class Users(BaseUserManager["User"]):
    """Finds users; people are created by actions."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the member of staff with this e-mail address."""
        return self.get(kind=Kind.STAFF, email=(username or "").lower())


class User(AbstractBaseUser):
    """Somebody, or some machine, that signs in. What they may do comes from granted roles."""

    kind = models.CharField(
        _("kind"), max_length=8, choices=[(kind.value, KIND_LABELS[kind]) for kind in Kind]
    )
    email = models.EmailField(_("e-mail"), blank=True)
    full_name = models.CharField(_("name"), max_length=120)
    desk = models.ForeignKey(
        Desk,
        on_delete=models.PROTECT,
        related_name="users",
        null=True,
        blank=True,
        verbose_name=_("desk"),
    )
    client_id = models.BigIntegerField(_("client"), null=True, blank=True, db_index=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_superuser = models.BooleanField(_("may do everything"), default=False)
    theme = models.CharField(
        _("theme"),
        max_length=8,
        default=Theme.SYSTEM.value,
        choices=[(theme.value, THEME_LABELS[theme]) for theme in Theme],
    )
    density = models.CharField(
        _("density"),
        max_length=12,
        default=Density.REGULAR.value,
        choices=[(density.value, DENSITY_LABELS[density]) for density in Density],
    )
    language = models.CharField(_("language"), max_length=8, default="en")
    timezone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[check_timezone]
    )
    created_at = models.DateTimeField(_("created"))
    # What a machine may do and how far it reaches; no brands: every brand of its legal entities.
    scopes = ArrayField(models.CharField(max_length=80), default=list, db_default=[], blank=True)
    entity_ids = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)
    brand_ids = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)

    objects = Users()
    #: The scopes of the token that a call came with: they narrow the machine's own.
    narrowed_to: frozenset[str] | None = None

    # People are in reach by their desk and its legal entity; oneself always.
    scope = Scope(owner="id", desk="desk_id", entity="desk__legal_entity_id")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["id"]
        indexes = [models.Index(fields=["kind", "full_name", "id"], name="identity_user_by_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "email"], condition=~Q(email=""), name="identity_user_email_once"
            ),
            # The target of the granted roles' second foreign key, which admits staff only.
            models.UniqueConstraint(fields=["id", "kind"], name="identity_user_with_kind"),
            models.CheckConstraint(
                condition=Q(kind=Kind.STAFF.value, client_id__isnull=True)
                | Q(
                    kind=Kind.CLIENT.value,
                    client_id__isnull=False,
                    desk__isnull=True,
                    is_superuser=False,
                )
                | Q(
                    kind=Kind.MACHINE.value,
                    client_id__isnull=True,
                    desk__isnull=True,
                    is_superuser=False,
                ),
                name="identity_user_kinds_apart",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.MACHINE.value)
                | Q(scopes__len=0, entity_ids__len=0, brand_ids__len=0),
                name="identity_user_scopes_of_machines",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.MACHINE.value) | ~Q(email=""),
                name="identity_user_people_have_email",
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="identity_user_email_lower"
            ),
            models.CheckConstraint(condition=~Q(full_name=""), name="identity_user_named"),
            models.CheckConstraint(
                condition=Q(theme__in=[theme.value for theme in Theme])
                & Q(density__in=[density.value for density in Density]),
                name="identity_user_preferences",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_staff(self) -> bool:
        """Whether this is a member of staff (Django asks for it by this name)."""
        return self.kind == Kind.STAFF

    @property
    def standing(self) -> str:
        """Active or suspended, as the badge names it."""
        return "active" if self.is_active else "suspended"

    @property
    def actor(self) -> Actor:
        """This user as events and actions name it."""
        return Actor(self.kind, str(self.pk))  # type: ignore[arg-type]  # the same three words

    def may(self, permission: object) -> bool:
        """Say whether any role in force allows this at all; reach() says where."""
        if self.is_active and self.is_staff and not self.is_superuser:
            asked = str(permission)
            return any(asked in held.permissions for held in self._held)
        return self.reach(str(permission)) is not None

    def reach(self, permission: str) -> Reach | tuple[Reach, ...] | None:
        """Return how far the permission reaches by all roles together, or None without any."""
        if self.is_active and self.kind == Kind.MACHINE:
            return self._machine_reach(permission)
        if self.is_active and self.kind == Kind.CLIENT:
            return self._client_reach(permission)
        if not self.is_active or not self.is_staff:
            return None
        if self.is_superuser:
            return Reach(Level.ALL, self.pk)
        reaches = tuple(dict.fromkeys(self._reaches(permission)))
        if not reaches:
            return None
        widest = Reach(Level.ALL, self.pk)
        if widest in reaches:
            return widest
        return reaches[0] if len(reaches) == 1 else reaches

    def _machine_reach(self, permission: str) -> Reach | None:
        """Return a scope's reach; what no machine may hold opens nothing, granted or not."""
        held = permission in self.scopes and permission in permissions.scopes()
        if not held or (self.narrowed_to is not None and permission not in self.narrowed_to):
            return None
        brands = frozenset(self.brand_ids) if self.brand_ids else None
        entities = frozenset(self.entity_ids)
        return Reach(Level.ALL, self.pk, entity_ids=entities, brand_ids=brands)

    def _client_reach(self, permission: str) -> Reach | None:
        """Return the reach of the few things that clients do: their own record, no other."""
        if not permissions.is_for_clients(permission) or self.client_id is None:
            return None
        return Reach(Level.OWN, self.pk, single_ids=frozenset({self.client_id}))

    def may_come_from(self, address: str) -> bool:
        """Say whether every role in force lets its holder in from this address."""
        return all(is_within(address, held.networks) for held in self._held if held.networks)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Answer Django's own question by our roles."""
        return self.may(perm)

    def has_module_perms(self, app_label: str) -> bool:
        """Answer Django's own question: whoever may enter the admin site sees its apps."""
        return self.may("identity.admin.use")

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Forget the roles too, so that a fresh row is judged by fresh roles."""
        self.__dict__.pop("_held", None)
        self.__dict__.pop("_desks", None)
        super().refresh_from_db(*args, **kwargs)

    @cached_property
    def _held(self) -> tuple[Held, ...]:
        return tuple(
            Held(
                frozenset(one.role.permissions),
                Level(one.role.reach),
                one.legal_entity_id,
                tuple(one.role.networks),
                frozenset(one.singles),
            )
            for one in IN_FORCE.all(self.pk)
        )

    @cached_property
    def _desks(self) -> frozenset[int]:
        if self.desk is None:
            return frozenset()
        below = Q(pk=self.desk.pk) | Q(
            legal_entity_id=self.desk.legal_entity_id, path__startswith=f"{self.desk.path}."
        )
        return frozenset(Desk.objects.filter(below).values_list("pk", flat=True))

    def _reaches(self: Self, permission: str) -> Iterator[Reach]:
        for held in self._held:
            if permission not in held.permissions:
                continue
            level = Level.ALL if held.level is Level.ENTITY else held.level
            entities = None if held.legal_entity_id is None else frozenset({held.legal_entity_id})
            desks = self._desks if level is Level.DESK else frozenset()
            is_whole = level is Level.ALL and entities is None
            shown = frozenset() if is_whole else held.single_ids
            yield Reach(level, self.pk, desk_ids=desks, entity_ids=entities, single_ids=shown)
