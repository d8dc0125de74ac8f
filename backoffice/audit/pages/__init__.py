"""The audit pages, and the door where origins and refusals are noted."""
