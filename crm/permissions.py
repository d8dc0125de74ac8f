"""What one may do with clients."""

from backoffice.core.permissions import Permission
from backoffice.core.words import noop

SEE_CLIENTS = Permission("crm.client.view", noop("See clients"), for_machines=True)
EDIT_CLIENTS = Permission(
    "crm.client.edit", noop("Register clients and edit their data"), for_machines=True
)
ASSIGN_CLIENTS = Permission("crm.client.assign", noop("Give clients to another owner"))
CHANGE_STATUS = Permission("crm.client.change_status", noop("Block, close and reopen clients"))
SEE_CONTACTS = Permission(
    "crm.client.see_contacts",
    noop("See e-mail addresses and phone numbers in full"),
    for_machines=True,
)
DECIDE_CONTACTS = Permission(
    "crm.client.decide_contacts",
    noop("Decide about changes of a client's e-mail, phone or bank details that others ask for"),
)
DECIDE_KYC = Permission(
    "crm.client.decide_kyc", noop("Decide about a client's KYC level that others ask for")
)
REVEAL_CONTACTS = Permission(
    "crm.contact.reveal", noop("Ask to see a masked e-mail address or phone number, one by one")
)
SHOW_CLIENTS = Permission("crm.client.show", noop("Show single clients to single people"))
SEE_LOOKS = Permission("crm.look.view", noop("See who opened how many clients' cards"))
