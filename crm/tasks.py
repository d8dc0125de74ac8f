"""What people's records do by themselves: carry out what two people agreed on."""

from crm.actions import contacts

contacts.register()
