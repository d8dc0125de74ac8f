"""Words of a review: who matched a wire also began it, or handed the statement in."""

import accounts.terms.deposits
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0043_lists_of_a_million'),
    ]

    operations = [
        migrations.AlterField(
            model_name='deposit',
            name='review_code',
            field=models.CharField(blank=True, choices=[(accounts.terms.deposits.Review['THRESHOLD'], 'Above the amount that passes by itself.'), (accounts.terms.deposits.Review['AMOUNT'], 'Another amount came than was asked for.'), (accounts.terms.deposits.Review['CURRENCY'], 'Another currency came than was asked for.'), (accounts.terms.deposits.Review['KYC_CAP'], 'More than a client without KYC may pay in.'), (accounts.terms.deposits.Review['NAME'], "The payer's name is not the client's."), (accounts.terms.deposits.Review['LATE'], 'It came after the deposit had ended.'), (accounts.terms.deposits.Review['SECOND'], 'It came a second time for one deposit.'), (accounts.terms.deposits.Review['ACCOUNT'], 'Client or account do not take money now.'), (accounts.terms.deposits.Review['FEE'], 'Nothing is left after our fee.'), (accounts.terms.deposits.Review['REFUSED'], 'MetaTrader refused.'), (accounts.terms.deposits.Review['UNMOVED'], 'Settled by hand: nothing had moved.'), (accounts.terms.deposits.Review['ALONE'], 'Who matched its money also began it, or handed the statement in: another has to look.'), (accounts.terms.deposits.Review['UNSURE'], 'The wire has neither its reference nor a bank account that is known.'), (accounts.terms.deposits.Review['CAME_BACK'], 'A payout of ours came back.'), (accounts.terms.deposits.Review['HANDED'], 'One person recorded that it came: somebody else has to look.'), (accounts.terms.deposits.Review['SCREENING'], 'The coins are not screened, or the screening found something.')], default='', max_length=12),
        ),
    ]
