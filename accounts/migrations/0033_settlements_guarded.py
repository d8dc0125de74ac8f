"""What a provider settled only grows: lines for ever, a file stays as it came and is judged once."""

from django.db import migrations

GROWS = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON accounts_settlementline FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON accounts_settlementline FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE accounts_settlementline ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE accounts_settlementline ENABLE ALWAYS TRIGGER never_emptied;
REVOKE UPDATE, DELETE, TRUNCATE ON accounts_settlementline FROM mt4bo_app;
GRANT UPDATE (at) ON accounts_settlementline TO mt4bo_app;  -- never carried out; SELECT … FOR UPDATE asks for the right
"""
UNGROWS = """
DROP TRIGGER only_grows ON accounts_settlementline; DROP TRIGGER never_emptied ON accounts_settlementline;
"""
STAYS = """
CREATE TRIGGER stays BEFORE DELETE ON accounts_settlementfile FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON accounts_settlementfile FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE accounts_settlementfile ENABLE ALWAYS TRIGGER stays;
ALTER TABLE accounts_settlementfile ENABLE ALWAYS TRIGGER never_emptied;
REVOKE DELETE, TRUNCATE ON accounts_settlementfile FROM mt4bo_app;
CREATE FUNCTION accounts_settlementfile_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF OLD.state <> 'waiting' OR
       (NEW.id, NEW.method_id, NEW.name, NEW.body, NEW.digest, NEW.kept_by, NEW.kept_at, NEW.number, NEW.net)
       IS DISTINCT FROM
       (OLD.id, OLD.method_id, OLD.name, OLD.body, OLD.digest, OLD.kept_by, OLD.kept_at, OLD.number, OLD.net) THEN
        RAISE EXCEPTION 'settlement file %: it stays as it came, and is judged once', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_settlementfile_stays';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER stays_as_it_came BEFORE UPDATE ON accounts_settlementfile
    FOR EACH ROW EXECUTE FUNCTION accounts_settlementfile_stays();
ALTER TABLE accounts_settlementfile ENABLE ALWAYS TRIGGER stays_as_it_came;
"""
UNSTAYS = """
DROP TRIGGER stays ON accounts_settlementfile; DROP TRIGGER never_emptied ON accounts_settlementfile;
DROP FUNCTION accounts_settlementfile_stays() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0032_settlements"), ("audit", "0001_initial"), ("core", "0002_events_only_grow")]

    operations = [
        migrations.RunSQL(GROWS, UNGROWS),
        migrations.RunSQL(STAYS, UNSTAYS),
        migrations.RunSQL(
            "SELECT audit_watch('accounts_settlementfile', hidden => '{body}')",
            "SELECT audit_unwatch('accounts_settlementfile')",
        ),
    ]
