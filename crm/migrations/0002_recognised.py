"""Clients are found by what makes them the same person: e-mail, phone, name without its writing."""

import django.db.models.functions.text
from django.db import migrations, models

# The same as crm.calc.contacts.name_key(); a test holds them against each other.
NAME_KEY = r"""
CREATE FUNCTION crm_name_key(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
    SELECT coalesce(string_agg(word, ' ' ORDER BY word COLLATE "C"), '')
    FROM regexp_split_to_table(
        translate(regexp_replace(normalize(lower(name), NFKD), '[\u0300-\u036f]', '', 'g'),
                  'øłđħıß', 'oldhis'),
        '[\s.,;:''’"()/_-]+') AS word
    WHERE word <> ''
$$;
"""


class Migration(migrations.Migration):

    dependencies = [('crm', '0001_initial')]

    operations = [
        migrations.RunSQL(NAME_KEY, 'DROP FUNCTION crm_name_key(text)'),
        migrations.AddField(
            model_name='client',
            name='name_key',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.F('full_name'), function='crm_name_key'), output_field=models.CharField(max_length=160)),
        ),
        migrations.AddIndex(
            model_name='client',
            index=models.Index(condition=models.Q(('email', ''), _negated=True), fields=['email'], name='crm_client_email'),
        ),
        migrations.AddIndex(
            model_name='client',
            index=models.Index(fields=['name_key'], name='crm_client_name_key'),
        ),
        migrations.AddIndex(
            model_name='client',
            index=models.Index(django.db.models.functions.text.Right('phone_digits', 8), name='crm_client_phone_tail'),
        ),
    ]
