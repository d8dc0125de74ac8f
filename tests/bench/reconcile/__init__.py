"""The end of a day: every account's money records held against the books."""
