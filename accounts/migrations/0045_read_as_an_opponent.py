"""A deposit keeps the country whose terms were shown; no method begins with limits of its own."""

from django.db import migrations, models

from accounts.states import WITHDRAWAL_LABELS, Withdrawal

# Limits and fee are terms, which two people agree to: from the first day of a method on.
METHOD = """
CREATE FUNCTION accounts_method_begun() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'method %: limits and fees are terms that two people agree to', NEW.code
        USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_method_agreed';
END
$$;
CREATE TRIGGER begun BEFORE INSERT ON accounts_paymentmethod FOR EACH ROW
    WHEN (NEW.fee_percent <> 0 OR NEW.minimum IS NOT NULL OR NEW.maximum IS NOT NULL)
    EXECUTE FUNCTION accounts_method_begun();
ALTER TABLE accounts_paymentmethod ENABLE ALWAYS TRIGGER begun;
"""
UNMETHOD = "DROP FUNCTION accounts_method_begun() CASCADE"

COUNTRY = """
CREATE FUNCTION accounts_deposit_country() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'deposit %: whose terms hold was said when it began', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_fixed';
END
$$;
CREATE TRIGGER country BEFORE UPDATE OF country ON accounts_deposit FOR EACH ROW
    WHEN (NEW.country IS DISTINCT FROM OLD.country) EXECUTE FUNCTION accounts_deposit_country();
ALTER TABLE accounts_deposit ENABLE ALWAYS TRIGGER country;
"""
UNCOUNTRY = "DROP FUNCTION accounts_deposit_country() CASCADE"


def named(model, field, name):
    """By what providers and banks call it; what has no name yet stands in no index."""
    return migrations.AddIndex(
        model_name=model,
        index=models.Index(
            fields=[field], condition=models.Q((field, ""), _negated=True), name=name
        ),
    )


class Migration(migrations.Migration):

    dependencies = [("accounts", "0044_who_matched_a_wire")]

    operations = [
        migrations.AddField(
            model_name="deposit",
            name="country",
            field=models.CharField(editable=False, max_length=2, null=True),
        ),
        # What is taken out of a wallet is not debited in MetaTrader, nor back on an account.
        migrations.AlterField(
            model_name="payment",
            name="state",
            field=models.CharField(
                choices=list(WITHDRAWAL_LABELS.items()),
                default=Withdrawal.REQUESTED,
                max_length=16,
                verbose_name="state",
            ),
        ),
        named("deposit", "provider_reference", "accounts_deposit_told_as"),
        named("deposit", "charge_id", "accounts_deposit_charge"),
        named("deposit", "return_reference", "accounts_deposit_return"),
        named("payment", "bank_reference", "accounts_payment_sent_as"),
        migrations.RunSQL(METHOD, UNMETHOD),
        migrations.RunSQL(COUNTRY, UNCOUNTRY),
    ]
