"""An account keeps its client while a payment of it is open, and within one legal entity's books."""

from django.db import migrations

# The advisory lock is the one that every act on the account's money holds (chart.lock_money): a
# request that is being written is waited for, and then seen.
OWNER_STAYS = """
CREATE FUNCTION accounts_owner_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('accounts.money.' || OLD.id, 0));
    IF OLD.client_id IS NOT NULL AND EXISTS (
        SELECT FROM accounts_payment
        WHERE account_id = OLD.id
          AND state NOT IN ('PAID', 'REJECTED', 'CANCELLED', 'REFUSED', 'RETURNED')) THEN
        RAISE EXCEPTION 'account %: a payment is open, its client stays', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_owner_money_under_way';
    END IF;
    IF EXISTS (
        SELECT FROM accounts_accountbooks b JOIN crm_client c ON c.id = NEW.client_id
        WHERE b.account_id = OLD.id AND b.legal_entity_id <> c.legal_entity_id) THEN
        RAISE EXCEPTION 'account %: its books are kept by another legal entity', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_owner_other_entity';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER owner_stays BEFORE UPDATE OF client_id ON trading_tradingaccount
    FOR EACH ROW WHEN (OLD.client_id IS DISTINCT FROM NEW.client_id)
    EXECUTE FUNCTION accounts_owner_stays();
ALTER TABLE trading_tradingaccount ENABLE ALWAYS TRIGGER owner_stays;
"""


class Migration(migrations.Migration):

    dependencies = [('accounts', '0005_payments_guarded'), ('trading', '0005_whose_account'), ('crm', '0002_recognised')]

    operations = [migrations.RunSQL(OWNER_STAYS, 'DROP FUNCTION accounts_owner_stays() CASCADE')]
