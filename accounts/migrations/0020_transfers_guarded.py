"""Transfers guard themselves, wallets never go below nothing, and owners stay while one is open."""

from django.db import migrations

# The same moves as accounts/terms.py; a test compares them.
LAWFUL = """
CREATE TABLE accounts_lawful_transfer_move (before text NOT NULL, after text NOT NULL, PRIMARY KEY (before, after));
INSERT INTO accounts_lawful_transfer_move (before, after) VALUES
    ('APPROVED', 'IN_TRANSIT'),
    ('APPROVED', 'REFUSED'),
    ('APPROVED', 'UNCERTAIN'),
    ('IN_TRANSIT', 'DONE'),
    ('IN_TRANSIT', 'REVERSING'),
    ('IN_TRANSIT', 'UNCERTAIN'),
    ('REQUESTED', 'APPROVED'),
    ('REQUESTED', 'CANCELLED'),
    ('REQUESTED', 'REJECTED'),
    ('REVERSING', 'REVERSED'),
    ('REVERSING', 'UNCERTAIN'),
    ('UNCERTAIN', 'APPROVED'),
    ('UNCERTAIN', 'DONE'),
    ('UNCERTAIN', 'IN_TRANSIT'),
    ('UNCERTAIN', 'REFUSED'),
    ('UNCERTAIN', 'REVERSED'),
    ('UNCERTAIN', 'REVERSING');
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON accounts_lawful_transfer_move FROM mt4bo_app;
"""

MOVES = """
CREATE FUNCTION accounts_transfer_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    flaw text := '';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'REQUESTED' OR NEW.approved_by <> '' OR NEW.target_amount IS NOT NULL THEN
            RAISE EXCEPTION 'transfer: it begins with a request'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_transfer_begins';
        END IF;
        RETURN NEW;
    END IF;

    IF OLD.state IN ('DONE', 'REVERSED', 'REFUSED', 'REJECTED', 'CANCELLED') THEN
        flaw := 'accounts_transfer_final';
    ELSIF NEW.state <> OLD.state AND NOT EXISTS (
        SELECT FROM accounts_lawful_transfer_move WHERE before = OLD.state AND after = NEW.state) THEN
        flaw := 'accounts_transfer_lawful';
    ELSIF (NEW.id, NEW.key, NEW.legal_entity_id, NEW.client_id, NEW.to_client_id, NEW.source_account_id,
           NEW.source_wallet_id, NEW.target_account_id, NEW.target_wallet_id, NEW.owner_id, NEW.desk_id,
           NEW.client_source, NEW.amount, NEW.currency, NEW.target_currency, NEW.requested_by,
           NEW.requested_at, NEW.reservation_id)
          IS DISTINCT FROM
          (OLD.id, OLD.key, OLD.legal_entity_id, OLD.client_id, OLD.to_client_id, OLD.source_account_id,
           OLD.source_wallet_id, OLD.target_account_id, OLD.target_wallet_id, OLD.owner_id, OLD.desk_id,
           OLD.client_source, OLD.amount, OLD.currency, OLD.target_currency, OLD.requested_by,
           OLD.requested_at, OLD.reservation_id) THEN
        flaw := 'accounts_transfer_fixed';
    ELSIF OLD.approved_at IS NOT NULL
          AND (NEW.approved_at, NEW.approved_by, NEW.target_amount, NEW.rate, NEW.rate_source, NEW.rate_at,
               NEW.rate_markup)
          IS DISTINCT FROM
              (OLD.approved_at, OLD.approved_by, OLD.target_amount, OLD.rate, OLD.rate_source, OLD.rate_at,
               OLD.rate_markup) THEN
        flaw := 'accounts_transfer_rate_fixed';
    ELSIF (OLD.debit_ticket IS NOT NULL AND NEW.debit_ticket IS DISTINCT FROM OLD.debit_ticket)
          OR (OLD.debited_at IS NOT NULL AND NEW.debited_at IS DISTINCT FROM OLD.debited_at) THEN
        flaw := 'accounts_transfer_debit_fixed';
    END IF;
    IF flaw <> '' THEN
        RAISE EXCEPTION 'transfer %: not from % to % (%)', OLD.id, OLD.state, NEW.state, flaw
            USING ERRCODE = 'check_violation', CONSTRAINT = flaw;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER moves BEFORE INSERT OR UPDATE ON accounts_transfer
    FOR EACH ROW EXECUTE FUNCTION accounts_transfer_moves();
ALTER TABLE accounts_transfer ENABLE ALWAYS TRIGGER moves;
CREATE TRIGGER stays BEFORE DELETE ON accounts_transfer FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON accounts_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE accounts_transfer ENABLE ALWAYS TRIGGER stays;
ALTER TABLE accounts_transfer ENABLE ALWAYS TRIGGER never_emptied;
REVOKE DELETE, TRUNCATE ON accounts_transfer FROM mt4bo_app;
"""
UNMOVES = """
DROP TRIGGER never_emptied ON accounts_transfer;
DROP TRIGGER stays ON accounts_transfer;
DROP FUNCTION accounts_transfer_moves() CASCADE;
"""

GROWS = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON accounts_transferoperation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON accounts_transferoperation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE accounts_transferoperation ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE accounts_transferoperation ENABLE ALWAYS TRIGGER never_emptied;
REVOKE UPDATE, DELETE, TRUNCATE ON accounts_transferoperation FROM mt4bo_app;
"""
UNGROWS = """
DROP TRIGGER only_grows ON accounts_transferoperation;
DROP TRIGGER never_emptied ON accounts_transferoperation;
"""

# As migration 0003, with wallets: their balance is kept too, and nothing takes one below nothing,
# whatever the act: no trade loses money there.
RUNNING = """
CREATE OR REPLACE FUNCTION accounts_posting_runs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    ledger accounts_ledgeraccount%ROWTYPE;
    running accounts_ledgerbalance%ROWTYPE;
    act text;
BEGIN
    SELECT * INTO ledger FROM accounts_ledgeraccount WHERE id = NEW.account_id;
    IF ledger.kind NOT IN ({kinds}) THEN
        RETURN NULL;
    END IF;

    INSERT INTO accounts_ledgerbalance AS b (account_id, posted, pending)
    VALUES (NEW.account_id,
            CASE NEW.phase WHEN 'posted' THEN NEW.amount ELSE 0 END,
            CASE NEW.phase WHEN 'pending' THEN NEW.amount ELSE 0 END)
    ON CONFLICT (account_id) DO UPDATE
        SET posted = b.posted + excluded.posted, pending = b.pending + excluded.pending
    RETURNING * INTO running;

    SELECT e.act INTO act FROM accounts_entry e WHERE e.id = NEW.entry_id;
    IF act = 'reserve' AND NEW.amount < 0 THEN
        RAISE EXCEPTION 'ledger: only what is there can be set aside'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_ledger_set_aside';
    END IF;
    IF {guarded} AND NOT ledger.may_overdraw AND running.posted + running.pending > 0 THEN
        RAISE EXCEPTION 'ledger: account % lacks % %', NEW.account_id,
                        running.posted + running.pending, NEW.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_ledger_covered';
    END IF;
    RETURN NULL;
END
$$;
"""
RUNNING_NOW = RUNNING.format(
    kinds="'client_funds', 'client_credit', 'client_wallet'",
    guarded="(act = 'reserve' OR (ledger.kind = 'client_wallet' AND NEW.amount > 0))",
)
RUNNING_BEFORE = RUNNING.format(kinds="'client_funds', 'client_credit'", guarded="act = 'reserve'")

# As migration 0012 for deposits: whose money is under way does not change hands, on either side.
OWNER_STAYS = """
CREATE FUNCTION accounts_owner_stays_for_transfers() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('accounts.money.' || OLD.id, 0));
    IF OLD.client_id IS NOT NULL AND EXISTS (
        SELECT FROM accounts_transfer
        WHERE (source_account_id = OLD.id OR target_account_id = OLD.id)
          AND state NOT IN ('DONE', 'REVERSED', 'REFUSED', 'REJECTED', 'CANCELLED')) THEN
        RAISE EXCEPTION 'account %: a transfer is open, its client stays', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_owner_money_under_way';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER owner_stays_for_transfers BEFORE UPDATE OF client_id ON trading_tradingaccount
    FOR EACH ROW WHEN (OLD.client_id IS DISTINCT FROM NEW.client_id)
    EXECUTE FUNCTION accounts_owner_stays_for_transfers();
ALTER TABLE trading_tradingaccount ENABLE ALWAYS TRIGGER owner_stays_for_transfers;
"""

WATCHED = (
    "SELECT audit_watch('accounts_transfer', subject_kind => 'client', subject_column => 'client_id', "
    "personal => '{note,reject_reason,cancel_reason}')"
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0019_transfers"), ("audit", "0001_initial"), ("trading", "0005_whose_account")]

    operations = [
        migrations.RunSQL(LAWFUL, "DROP TABLE accounts_lawful_transfer_move"),
        migrations.RunSQL(MOVES, UNMOVES),
        migrations.RunSQL(GROWS, UNGROWS),
        migrations.RunSQL(RUNNING_NOW, RUNNING_BEFORE),
        migrations.RunSQL(OWNER_STAYS, "DROP FUNCTION accounts_owner_stays_for_transfers() CASCADE"),
        migrations.RunSQL(WATCHED, "SELECT audit_unwatch('accounts_transfer')"),
    ]
