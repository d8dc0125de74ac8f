"""The exclusion list, policies and letters; and what the database refuses about them."""

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction

from backoffice.company.actions import exclusions, policies
from backoffice.company.models import Brand, ExcludedSubject, LetterTemplate, PolicyVersion
from backoffice.company.queries.exclusions import excluded_among, excluded_keys, is_excluded
from backoffice.company.queries.letters import letter_for
from backoffice.company.queries.policies import policy_in_force
from backoffice.company.states import SubjectKind
from backoffice.core import records
from backoffice.core.models import EventRecord
from tests.factories.people import NOW, SETUP, a_client, a_legal_entity

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def refused(sql: str, values: object = ()) -> str:
    with (
        pytest.raises(Error) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)
    return refusal.value.__cause__.diag.constraint_name or str(refusal.value)


def test_a_client_is_excluded_and_readmitted() -> None:
    client = a_client()
    excluded = exclusions.exclude_subject(
        kind=SubjectKind.CLIENT, key=str(client.pk), reason="our own test", actor=SETUP, now=NOW
    )
    assert is_excluded(SubjectKind.CLIENT, str(client.pk))
    with pytest.raises(exclusions.ExcludedAlready):
        exclusions.exclude_subject(
            kind=SubjectKind.CLIENT, key=str(client.pk), reason="again", actor=SETUP, now=NOW
        )
    exclusions.readmit_subject(exclusion_id=excluded.pk, actor=SETUP, now=LATER)
    assert excluded_keys(SubjectKind.CLIENT) == frozenset()
    with pytest.raises(exclusions.NotExcluded):
        exclusions.readmit_subject(exclusion_id=excluded.pk, actor=SETUP, now=LATER)
    names = [view.name for view in records.for_subject("client", client.pk)]
    assert names[:2] == ["company.subject.readmitted", "company.subject.excluded"]


def test_a_domain_has_one_spelling_and_stays_out_of_events() -> None:
    exclusions.exclude_subject(
        kind=SubjectKind.EMAIL_DOMAIN, key=" Own-Tests.example", reason="x", actor=SETUP, now=NOW
    )
    kind = SubjectKind.EMAIL_DOMAIN
    asked = ["own-tests.example", "mail.example"]
    assert excluded_among(kind, asked) == {"own-tests.example"}
    assert b"tests.example" not in bytes(EventRecord.objects.latest("pk").body)


def test_a_policy_grows_by_versions_and_comes_into_force() -> None:
    entity = a_legal_entity()
    for value, valid_from in (({"hours": 2}, NOW), ({"hours": 3}, LATER)):
        policies.set_policy(
            code="call-back", value=value, valid_from=valid_from, reason="x", actor=SETUP, now=NOW
        )
    policies.set_policy(
        code="call-back",
        value={"hours": 9},
        valid_from=NOW,
        reason="x",
        legal_entity_id=entity.pk,
        actor=SETUP,
        now=NOW,
    )
    assert policy_in_force("call-back", at=NOW).value == {"hours": 2}
    assert policy_in_force("call-back", at=LATER).version == 2
    own = policy_in_force("call-back", at=LATER, legal_entity_id=entity.pk)
    assert (own.value, own.version) == ({"hours": 9}, 1)
    assert policy_in_force("call-back", at=NOW - timedelta(seconds=1)) is None
    assert policy_in_force("other", at=NOW) is None


def test_a_policy_cannot_be_edited_or_removed() -> None:
    policy = policies.set_policy(
        code="call-back", value={}, valid_from=NOW, reason="x", actor=SETUP, now=NOW
    )
    for sql in (
        "UPDATE company_policyversion SET reason = 'other' WHERE id = %s",
        "DELETE FROM company_policyversion WHERE id = %s",
    ):
        assert "permission denied" in refused(sql, [policy.pk])
    assert PolicyVersion.objects.get().reason == "x"


def test_the_letter_that_fits_best_is_found() -> None:
    entity = a_legal_entity()
    brand = Brand.objects.create(legal_entity=entity, code="b", name="B")
    letters = [("en", None, 1), ("en", None, 2), ("es", None, 1), ("en", brand, 1)]
    for language, whose, version in letters:
        LetterTemplate.objects.create(
            legal_entity=entity,
            brand=whose,
            code="welcome",
            language=language,
            version=version,
            subject="s",
            body=f"{language} {whose} {version}",
        )

    def found(language: str, brand_id: int | None) -> str:
        return letter_for(
            "welcome", legal_entity_id=entity.pk, brand_id=brand_id, language=language
        ).body

    assert found("es", None) == "es None 1"
    assert found("de", None) == "en None 2"
    assert found("en", brand.pk) == "en B 1"
    assert letter_for("x", legal_entity_id=entity.pk, brand_id=None, language="en") is None


def test_the_database_keeps_the_company_in_order() -> None:
    entity, other = a_legal_entity(), a_legal_entity()
    brand = Brand.objects.create(legal_entity=other, code="b", name="B")
    letter = """INSERT INTO company_lettertemplate
        (legal_entity_id, brand_id, code, language, subject, body, version)
        VALUES (%s, %s, 'c', 'en', 's', 'b', 1)"""
    assert refused(letter, [entity.pk, brand.pk]) == "company_letter_brand_of_entity"
    with connection.cursor() as cursor:
        cursor.execute(letter, [entity.pk, None])
    assert refused(letter, [entity.pk, None]) == "company_letter_version_once"
    wrong = "UPDATE company_legalentity SET jurisdiction = 'cy' WHERE id = %s"
    assert refused(wrong, [entity.pk]) == "company_entity_jurisdiction_iso"


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        (("planet", "x", "r", "a", None, ""), "company_excluded_kind"),
        (("client", "", "r", "a", None, ""), "company_excluded_told"),
        (("client", "1", "", "a", None, ""), "company_excluded_told"),
        (("client", "1", "r", "a", LATER, ""), "company_excluded_removed_later"),
        (("client", "1", "r", "a", NOW - timedelta(1), "b"), "company_excluded_removed_later"),
    ],
)
def test_an_exclusion_is_told_whole(values: tuple[object, ...], constraint: str) -> None:
    sql = """INSERT INTO company_excludedsubject
        (kind, key, reason, added_by, removed_at, removed_by, added_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s)"""
    assert refused(sql, [*values, NOW]) == constraint
    assert not ExcludedSubject.objects.exists()
