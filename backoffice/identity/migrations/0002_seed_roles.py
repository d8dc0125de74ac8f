"""The roles of the house as they are on the first day; from then on they are rows to be edited."""

from django.db import migrations

READS_MARKET = [
    'trading.account.view', 'trading.balance.view', 'trading.deal.view', 'trading.position.view',
    'trading.server.view',
]
SELLS = ['crm.client.view', 'crm.client.edit', *READS_MARKET]
WATCHES_MARKET = ['crm.client.view', *READS_MARKET]
READS_ALL = [
    'accounts.payment_method.view', 'company.settings.view', 'crm.client.view', 'identity.staff.view',
    *READS_MARKET,
]
# code, name, reach, permissions
ROLES = [
    ('sales_agent', 'Sales agent', 'own', SELLS),
    ('sales_manager', 'Sales manager', 'desk', [
        *SELLS, 'crm.client.assign', 'crm.client.see_contacts', 'identity.staff.view',
    ]),
    ('retention', 'Retention', 'own', SELLS),
    ('support', 'Support', 'entity', [*SELLS, 'crm.client.see_contacts']),
    ('back_office', 'Back office', 'entity', [
        *SELLS, 'crm.client.see_contacts', 'crm.client.change_status', 'crm.client.assign',
        'accounts.payment_method.view', 'trading.account.bind',
    ]),
    ('finance', 'Finance', 'entity', [*WATCHES_MARKET, 'accounts.payment_method.view']),
    ('dealer', 'Dealer', 'all', WATCHES_MARKET),
    ('risk', 'Risk', 'all', WATCHES_MARKET),
    ('compliance', 'Compliance', 'entity', [
        *WATCHES_MARKET, 'crm.client.see_contacts', 'crm.client.change_status', 'identity.staff.view',
        'company.exclusion.edit',
    ]),
    ('auditor', 'Auditor', 'all', READS_ALL),
    ('administrator', 'Administrator', 'all', [
        *READS_ALL, 'company.exclusion.edit', 'company.policy.set', 'identity.admin.use',
        'identity.factor.reset', 'identity.role.grant', 'identity.staff.edit', 'trading.server.register',
    ]),
]


def seed(apps, schema_editor):
    Role = apps.get_model('identity', 'Role')
    Role.objects.bulk_create(
        Role(code=code, name=name, reach=reach, permissions=sorted(set(names)), is_builtin=True)
        for code, name, reach, names in ROLES
    )


def unseed(apps, schema_editor):
    apps.get_model('identity', 'Role').objects.filter(is_builtin=True).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0001_initial'),
        # The libraries' tables come early: Django draws every related model anew for each change
        # of one, and here there are few.
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('axes', '0010_accessattemptexpiration'),
        ('guardian', '0003_remove_groupobjectpermission_guardian_gr_content_ae6aec_idx_and_more'),
        ('knox', '0009_extend_authtoken_field'),
        ('otp_static', '0003_add_timestamps'),
        ('otp_totp', '0003_add_timestamps'),
    ]

    operations = [migrations.RunPython(seed, unseed)]
