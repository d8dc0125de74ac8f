"""Payment providers: where they are, what both sides sign with, where they call us back."""

from backoffice.settings.env import env

PAYMENT_PROVIDERS = dict(env.payment_providers)  # by the code that methods and addresses name
CALLBACK_URL = env.callback_url  # as providers reach us; SITE_URL unless said otherwise
