"""Provisioning: roles, rights and extensions; a second time it changes nothing."""

import secrets

import psycopg
import pytest
from django.core.management import CommandError, call_command

from tests.cluster import Database

RIGHTS = """
    SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls
    FROM pg_roles WHERE rolname LIKE 'mt4bo%' ORDER BY 1
"""


@pytest.fixture
def new_name(cluster):
    name = f"new_{secrets.token_hex(4)}"
    yield name
    with Database("postgres", cluster.postgres).connect("postgres") as session:
        session.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def superuser_url(cluster):
    return cluster.postgres.url("postgres", "postgres")


def _acls(url, name):
    with psycopg.connect(psycopg.conninfo.make_conninfo(url, dbname=name)) as session:
        return [
            session.execute(query).fetchall()
            for query in (
                RIGHTS,
                "SELECT datacl::text FROM pg_database WHERE datname = current_database()",
                "SELECT nspacl::text FROM pg_namespace WHERE nspname = 'public'",
                "SELECT defaclobjtype::text, defaclacl::text FROM pg_default_acl ORDER BY 1",
                "SELECT extname FROM pg_extension ORDER BY 1",
                "SELECT setconfig FROM pg_db_role_setting s JOIN pg_database d "
                "ON d.oid = s.setdatabase WHERE d.datname = current_database()",
            )
        ]


def test_a_database_is_made_once_and_a_second_run_changes_nothing(superuser_url, new_name, capsys):
    call_command("provision_database", superuser_url=superuser_url, database=new_name)
    assert capsys.readouterr().out == f"Database {new_name} is provisioned.\n"
    first = _acls(superuser_url, new_name)
    call_command("provision_database", superuser_url=superuser_url, database=new_name)
    assert _acls(superuser_url, new_name) == first
    assert first[0] == [
        ("mt4bo_app", True, False, False, False, False),
        ("mt4bo_events", False, False, False, False, False),
        ("mt4bo_owner", True, False, False, False, False),
        ("mt4bo_sequencer", True, False, False, False, False),
        ("mt4bo_witness", True, False, False, False, False),
    ]
    assert first[4] == [("btree_gist",), ("pg_trgm",), ("plpgsql",)]


def test_rights_of_what_the_owner_makes(superuser_url, new_name, cluster):
    call_command("provision_database", superuser_url=superuser_url, database=new_name)
    database = Database(new_name, cluster.postgres)
    with database.connect("mt4bo_owner") as session:
        session.execute("CREATE TABLE thing (id bigserial PRIMARY KEY, name text)")
    with database.connect("mt4bo_app") as session:
        session.execute("INSERT INTO thing (name) VALUES ('a')")
        session.execute("UPDATE thing SET name = 'b'")
        session.execute("CREATE TEMPORARY TABLE mine (id bigint)")
        session.execute("DELETE FROM thing")
        for refused in ("CREATE TABLE other (id bigint)", "DROP TABLE thing", "TRUNCATE thing"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(refused)
    with (
        database.connect("mt4bo_sequencer") as session,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        session.execute("SELECT * FROM thing")


def test_passwords_come_from_a_file(superuser_url, new_name, tmp_path):
    file = tmp_path / "passwords"
    file.write_text("mt4bo_app=p=q\n")
    call_command(
        "provision_database",
        superuser_url=superuser_url,
        database=new_name,
        passwords=str(file),
    )
    with psycopg.connect(superuser_url, autocommit=True) as session:
        (kept,) = session.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = 'mt4bo_app'"
        ).fetchone()
        session.execute("ALTER ROLE mt4bo_app PASSWORD NULL")
    assert kept.startswith("SCRAM-SHA-256$")


def test_what_goes_wrong_is_one_sentence(tmp_path):
    with pytest.raises(CommandError, match="was not provisioned: ") as failure:
        call_command("provision_database", superuser_url="postgresql://x@/x?host=/nowhere")
    assert "\n" not in str(failure.value)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("provision_database", superuser_url="x", passwords=str(tmp_path / "absent"))
    odd = tmp_path / "odd"
    odd.write_text("postgres=secret\n")
    with pytest.raises(CommandError, match="mt4bo_owner, mt4bo_app, mt4bo_sequencer only"):
        call_command("provision_database", superuser_url="x", passwords=str(odd))
