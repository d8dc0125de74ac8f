"""Coins count when they are deep and clean, payouts when they show how they left; two people always."""

from django.db import migrations

CHAIN = """
CREATE FUNCTION accounts_chain_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (NEW.id, NEW.deposit_id, NEW.payment_id, NEW.network, NEW.needed)
       IS DISTINCT FROM (OLD.id, OLD.deposit_id, OLD.payment_id, OLD.network, OLD.needed)
       OR (NEW.transaction = OLD.transaction AND NEW.seen < OLD.seen)
       OR EXISTS (SELECT FROM accounts_payment p WHERE p.id = OLD.payment_id AND p.state IN ('SENT', 'PAID')
                  AND (NEW.transaction, NEW.address, NEW.screening) IS DISTINCT FROM (OLD.transaction, OLD.address, OLD.screening))
       OR EXISTS (SELECT FROM accounts_deposit d WHERE d.id = OLD.deposit_id AND d.state IN ('CREDITED', 'RETURNED', 'CHARGED_BACK')
                  AND (NEW.transaction, NEW.address, NEW.screening) IS DISTINCT FROM (OLD.transaction, OLD.address, OLD.screening)) THEN
        RAISE EXCEPTION 'chain move %: what was seen and decided on stays', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_chain_stays';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER stays_as_seen BEFORE UPDATE ON accounts_chainmove
    FOR EACH ROW EXECUTE FUNCTION accounts_chain_stays();
ALTER TABLE accounts_chainmove ENABLE ALWAYS TRIGGER stays_as_seen;
"""

STAYS = """
CREATE TRIGGER stays BEFORE DELETE ON accounts_chainmove FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON accounts_chainmove FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE accounts_chainmove ENABLE ALWAYS TRIGGER stays;
ALTER TABLE accounts_chainmove ENABLE ALWAYS TRIGGER never_emptied;
REVOKE DELETE, TRUNCATE ON accounts_chainmove FROM mt4bo_app;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON accounts_handover FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON accounts_handover FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE accounts_handover ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE accounts_handover ENABLE ALWAYS TRIGGER never_emptied;
REVOKE UPDATE, DELETE, TRUNCATE ON accounts_handover FROM mt4bo_app;
"""
UNSTAYS = """
DROP TRIGGER stays ON accounts_chainmove; DROP TRIGGER never_emptied ON accounts_chainmove;
DROP TRIGGER only_grows ON accounts_handover; DROP TRIGGER never_emptied ON accounts_handover;
"""

# Coins go nowhere before they are deep and clean: not planned for MetaTrader, not into a wallet.
COINS = """
CREATE FUNCTION accounts_require_coins(wanted bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM accounts_deposit d JOIN accounts_paymentmethod m ON m.id = d.method_id
               WHERE d.id = wanted AND m.kind = 'crypto')
       AND NOT EXISTS (SELECT FROM accounts_chainmove c WHERE c.deposit_id = wanted
                       AND c.transaction <> '' AND c.seen >= c.needed AND c.screening = 'clean') THEN
        RAISE EXCEPTION 'deposit %: its coins are not deep enough, or not found clean', wanted
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_coins';
    END IF;
END
$$;
CREATE FUNCTION accounts_operation_coins() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$ BEGIN PERFORM accounts_require_coins(NEW.deposit_id); RETURN NEW; END $$;
CREATE TRIGGER coins BEFORE INSERT ON accounts_depositoperation
    FOR EACH ROW EXECUTE FUNCTION accounts_operation_coins();
ALTER TABLE accounts_depositoperation ENABLE ALWAYS TRIGGER coins;
CREATE FUNCTION accounts_deposit_coins() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$ BEGIN PERFORM accounts_require_coins(NEW.id); RETURN NEW; END $$;
CREATE TRIGGER coins BEFORE UPDATE OF state ON accounts_deposit
    FOR EACH ROW WHEN (NEW.state = 'CREDITED' AND OLD.state <> 'CREDITED')
    EXECUTE FUNCTION accounts_deposit_coins();
ALTER TABLE accounts_deposit ENABLE ALWAYS TRIGGER coins;
"""
UNCOINS = """
DROP FUNCTION accounts_deposit_coins() CASCADE;
DROP FUNCTION accounts_operation_coins() CASCADE;
DROP FUNCTION accounts_require_coins(bigint);
"""

APART = """
CREATE FUNCTION accounts_deposit_recorder_apart() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM accounts_handover h WHERE h.deposit_id = NEW.id AND h.recorded_by = NEW.accepted_by)
       OR EXISTS (SELECT FROM accounts_chainmove c WHERE c.deposit_id = NEW.id
                  AND NEW.accepted_by IN (c.recorded_by, c.screened_by)) THEN
        RAISE EXCEPTION 'deposit %: whoever recorded it does not decide about it', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_recorder_apart';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER recorder_apart BEFORE UPDATE OF accepted_by ON accounts_deposit
    FOR EACH ROW WHEN (NEW.accepted_by <> '' AND NEW.accepted_by <> OLD.accepted_by)
    EXECUTE FUNCTION accounts_deposit_recorder_apart();
ALTER TABLE accounts_deposit ENABLE ALWAYS TRIGGER recorder_apart;
"""

PAYOUT = """
CREATE FUNCTION accounts_payout_shown() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    way text;
BEGIN
    SELECT kind INTO way FROM accounts_paymentmethod WHERE id = NEW.method_id;
    IF way IN ('cash_office', 'local_agent')
       AND NOT EXISTS (SELECT FROM accounts_handover h WHERE h.payment_id = NEW.id AND h.receipt = NEW.bank_reference) THEN
        RAISE EXCEPTION 'payment %: no receipt shows that it was handed out', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payout_shown';
    ELSIF way = 'crypto'
       AND NOT EXISTS (SELECT FROM accounts_chainmove c WHERE c.payment_id = NEW.id AND c.transaction = NEW.bank_reference
                       AND c.transaction <> '' AND c.address = NEW.requisite AND c.screening = 'clean'
                       AND (NEW.state <> 'PAID' OR c.seen >= c.needed)) THEN
        RAISE EXCEPTION 'payment %: no transaction to a clean address shows that it left', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payout_shown';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER payout_shown BEFORE UPDATE OF state ON accounts_payment
    FOR EACH ROW WHEN (NEW.state IN ('SENT', 'PAID') AND OLD.state <> NEW.state)
    EXECUTE FUNCTION accounts_payout_shown();
ALTER TABLE accounts_payment ENABLE ALWAYS TRIGGER payout_shown;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0034_ways"), ("audit", "0001_initial"), ("core", "0002_events_only_grow")]

    operations = [
        migrations.RunSQL(CHAIN, "DROP FUNCTION accounts_chain_stays() CASCADE"),
        migrations.RunSQL(STAYS, UNSTAYS),
        migrations.RunSQL(COINS, UNCOINS),
        migrations.RunSQL(APART, "DROP FUNCTION accounts_deposit_recorder_apart() CASCADE"),
        migrations.RunSQL(PAYOUT, "DROP FUNCTION accounts_payout_shown() CASCADE"),
        migrations.RunSQL("SELECT audit_watch('accounts_chainmove')", "SELECT audit_unwatch('accounts_chainmove')"),
        migrations.RunSQL(
            "SELECT audit_watch('accounts_handover', personal => '{person}')",
            "SELECT audit_unwatch('accounts_handover')",
        ),
    ]
