"""Staff: who there is, and who can own a client."""

from django.db.models import Q, QuerySet

from backoffice.core import access, compiled
from backoffice.core.actors import Actor
from backoffice.core.compiled import Question
from backoffice.identity.models import User
from backoffice.identity.permissions import SEE_STAFF
from backoffice.identity.states import Kind

ACTIVE = Question(
    lambda user_id, kind: User.objects.filter(pk=user_id, kind=kind, is_active=True).select_related(
        "desk"
    ),
    int,
    str,
)
FIRST_THAT_IS_NONE = 2**63  # a column of numbers ends before it
NAMES = "SELECT id, full_name FROM identity_user WHERE id = ANY(%s::bigint[])"


def get_staff(user_id: int) -> User | None:
    """Return an active member of staff, or None."""
    return get_active(user_id, kind=Kind.STAFF)


def find_acting(actor: Actor) -> User | None:
    """Return who acts, with their rights of now: an active user of any kind, else None."""
    if actor.kind == "system":
        return None
    return get_active(int(actor.key), kind=Kind(actor.kind))


def get_active(user_id: int, *, kind: Kind) -> User | None:
    """Return an active user of this kind, or None."""
    return ACTIVE.first(user_id, kind)


def find_staff(email: str) -> User | None:
    """Return the member of staff with this e-mail address, active or not, or None."""
    return User.objects.filter(kind=Kind.STAFF, email=email.strip().lower()).first()


def find_client(email: str) -> User | None:
    """Return the client who signs in with this e-mail address, active or not, or None."""
    return User.objects.filter(kind=Kind.CLIENT, email=email.strip().lower()).first()


def sign_in_of(client_id: int) -> User | None:
    """Return by whom a client signs in to the personal area, active or not, or None."""
    return User.objects.filter(kind=Kind.CLIENT, client_id=client_id).first()


def list_staff_for(user: User) -> QuerySet[User]:
    """Return the staff that the user may see, by name."""
    staff = User.objects.filter(kind=Kind.STAFF).select_related("desk")
    return access.restrict(staff, user, SEE_STAFF).order_by("full_name", "id")


def get_staff_for(user: User, pk: int, permission: object = SEE_STAFF) -> User:
    """Return one member of staff within a permission's reach; Http404 for anybody else."""
    staff = User.objects.filter(kind=Kind.STAFF).select_related("desk__legal_entity")
    return access.get_or_404_for(staff, user, permission, pk=pk)


def list_owners() -> QuerySet[User]:
    """Return active staff for a choice of owners, by name: names are no secret in the house."""
    return User.objects.filter(kind=Kind.STAFF, is_active=True).order_by("full_name", "id")


def names_of(user_ids: set[int]) -> dict[int, str]:
    """Return the names behind user numbers, for example of the actors of a timeline."""
    known = sorted(one for one in user_ids if one < FIRST_THAT_IS_NONE)
    return dict(compiled.ask(NAMES, [known])) if known else {}


def other_administrators(user_id: int, permission: object) -> int:
    """Count the active staff, this one apart, who hold the permission without an end."""
    others = User.objects.filter(kind=Kind.STAFF, is_active=True).exclude(pk=user_id)
    granted = Q(
        grants__revoked_at=None,
        grants__expires_at=None,
        grants__legal_entity=None,
        grants__role__permissions__contains=[str(permission)],
    )
    return others.filter(granted | Q(is_superuser=True)).distinct().count()
