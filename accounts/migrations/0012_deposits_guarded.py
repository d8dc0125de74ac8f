"""Deposits guard themselves: lawful moves only, final states for ever, what came in never rewritten."""

from django.db import migrations

# The same moves as accounts/terms.py; a test compares them.
LAWFUL = """
CREATE TABLE accounts_lawful_deposit_move (before text NOT NULL, after text NOT NULL, PRIMARY KEY (before, after));
INSERT INTO accounts_lawful_deposit_move (before, after) VALUES
    ('IN_REVIEW', 'CREDITED'),
    ('IN_REVIEW', 'RETURNING'),
    ('IN_REVIEW', 'UNCERTAIN'),
    ('PARKED', 'CANCELLED'),
    ('PARKED', 'EXPIRED'),
    ('PARKED', 'PENDING'),
    ('PENDING', 'CANCELLED'),
    ('PENDING', 'EXPIRED'),
    ('PENDING', 'FAILED'),
    ('PENDING', 'RECEIVED'),
    ('PENDING', 'REJECTED'),
    ('RECEIVED', 'CREDITED'),
    ('RECEIVED', 'IN_REVIEW'),
    ('RECEIVED', 'UNCERTAIN'),
    ('RETURNING', 'RETURNED'),
    ('STARTED', 'EXPIRED'),
    ('STARTED', 'PARKED'),
    ('STARTED', 'PENDING'),
    ('UNCERTAIN', 'CREDITED'),
    ('UNCERTAIN', 'IN_REVIEW');
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON accounts_lawful_deposit_move FROM mt4bo_app;
"""

DEPOSIT = """
CREATE FUNCTION accounts_deposit_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'STARTED' OR NEW.received_amount IS NOT NULL OR NEW.accepted_by <> '' THEN
            RAISE EXCEPTION 'deposit: it begins with nothing'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_begins';
        END IF;
        RETURN NEW;
    END IF;

    IF OLD.state IN ('CREDITED', 'FAILED', 'REJECTED', 'EXPIRED', 'CANCELLED', 'RETURNED') THEN
        RAISE EXCEPTION 'deposit %: % is final', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_final';
    END IF;
    IF NEW.state <> OLD.state
       AND NOT EXISTS (SELECT FROM accounts_lawful_deposit_move WHERE before = OLD.state AND after = NEW.state) THEN
        RAISE EXCEPTION 'deposit %: nothing leads from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_lawful';
    END IF;
    IF (NEW.id, NEW.key, NEW.legal_entity_id, NEW.client_id, NEW.account_id, NEW.method_id, NEW.owner_id,
        NEW.desk_id, NEW.source, NEW.follows_id, NEW.asked_amount, NEW.currency, NEW.rate_asked,
        NEW.started_by, NEW.started_at)
       IS DISTINCT FROM
       (OLD.id, OLD.key, OLD.legal_entity_id, OLD.client_id, OLD.account_id, OLD.method_id, OLD.owner_id,
        OLD.desk_id, OLD.source, OLD.follows_id, OLD.asked_amount, OLD.currency, OLD.rate_asked,
        OLD.started_by, OLD.started_at) THEN
        RAISE EXCEPTION 'deposit %: whose it is and what was asked never change', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_fixed';
    END IF;
    IF OLD.received_amount IS NOT NULL
       AND (NEW.received_amount, NEW.received_currency, NEW.received_at, NEW.provider_reference,
            NEW.provider_fee, NEW.rate_received, NEW.own_fee, NEW.credit_amount, NEW.payer_key)
           IS DISTINCT FROM
           (OLD.received_amount, OLD.received_currency, OLD.received_at, OLD.provider_reference,
            OLD.provider_fee, OLD.rate_received, OLD.own_fee, OLD.credit_amount, OLD.payer_key) THEN
        RAISE EXCEPTION 'deposit %: what came in is not rewritten', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_received_fixed';
    END IF;
    IF NEW.state = 'CREDITED' AND OLD.state = 'IN_REVIEW' AND OLD.accepted_by = '' THEN
        RAISE EXCEPTION 'deposit %: nobody accepted it', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_unaccepted';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER moves BEFORE INSERT OR UPDATE ON accounts_deposit
    FOR EACH ROW EXECUTE FUNCTION accounts_deposit_moves();
ALTER TABLE accounts_deposit ENABLE ALWAYS TRIGGER moves;
"""

CALLBACK = """
CREATE FUNCTION accounts_callback_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF OLD.outcome <> '' OR
       (NEW.id, NEW.provider, NEW.received_at, NEW.address, NEW.headers, NEW.body, NEW.digest, NEW.signature)
       IS DISTINCT FROM
       (OLD.id, OLD.provider, OLD.received_at, OLD.address, OLD.headers, OLD.body, OLD.digest, OLD.signature) THEN
        RAISE EXCEPTION 'callback %: it stays as it came, and is judged once', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_callback_stays';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER stays_as_it_came BEFORE UPDATE ON accounts_providercallback
    FOR EACH ROW EXECUTE FUNCTION accounts_callback_stays();
ALTER TABLE accounts_providercallback ENABLE ALWAYS TRIGGER stays_as_it_came;
"""

STAYS = """
CREATE TRIGGER stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER stays;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER never_emptied;
REVOKE DELETE, TRUNCATE ON {table} FROM mt4bo_app;
"""
UNSTAYS = "DROP TRIGGER stays ON {table}; DROP TRIGGER never_emptied ON {table};"
GROWS = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON accounts_depositoperation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON accounts_depositoperation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE accounts_depositoperation ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE accounts_depositoperation ENABLE ALWAYS TRIGGER never_emptied;
REVOKE UPDATE, DELETE, TRUNCATE ON accounts_depositoperation FROM mt4bo_app;
"""
UNGROWS = """
DROP TRIGGER only_grows ON accounts_depositoperation;
DROP TRIGGER never_emptied ON accounts_depositoperation;
"""

# As migration 0006, for money on its way in beside money on its way out. What has ended stays with
# its client too: money can still come for it.
OWNER_STAYS = """
CREATE FUNCTION accounts_owner_stays_for_deposits() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('accounts.money.' || OLD.id, 0));
    IF OLD.client_id IS NOT NULL AND EXISTS (
        SELECT FROM accounts_deposit
        WHERE account_id = OLD.id
          AND state NOT IN ('CREDITED', 'FAILED', 'REJECTED', 'EXPIRED', 'CANCELLED', 'RETURNED')) THEN
        RAISE EXCEPTION 'account %: a deposit is open, its client stays', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_owner_money_under_way';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER owner_stays_for_deposits BEFORE UPDATE OF client_id ON trading_tradingaccount
    FOR EACH ROW WHEN (OLD.client_id IS DISTINCT FROM NEW.client_id)
    EXECUTE FUNCTION accounts_owner_stays_for_deposits();
ALTER TABLE trading_tradingaccount ENABLE ALWAYS TRIGGER owner_stays_for_deposits;
"""

WATCHED = {
    "accounts_deposit": (
        ", subject_kind => 'client', subject_column => 'client_id', "
        "personal => '{payer_key,payer_label,payer_holder,page_url,reject_reason,cancel_reason,return_reason}'"
    ),
}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_deposits"), ("audit", "0001_initial"), ("core", "0002_events_only_grow"), ("trading", "0005_whose_account")]

    operations = [
        migrations.RunSQL(LAWFUL, "DROP TABLE accounts_lawful_deposit_move"),
        migrations.RunSQL(DEPOSIT, "DROP FUNCTION accounts_deposit_moves() CASCADE"),
        migrations.RunSQL(CALLBACK, "DROP FUNCTION accounts_callback_stays() CASCADE"),
        *(
            migrations.RunSQL(STAYS.format(table=table), UNSTAYS.format(table=table))
            for table in ("accounts_deposit", "accounts_providercallback")
        ),
        migrations.RunSQL(GROWS, UNGROWS),
        *(
            migrations.RunSQL(f"SELECT audit_watch('{table}'{how})", f"SELECT audit_unwatch('{table}')")
            for table, how in WATCHED.items()
        ),
        migrations.RunSQL(OWNER_STAYS, "DROP FUNCTION accounts_owner_stays_for_deposits() CASCADE"),
    ]
