"""Account types on offer, requests about accounts, and what a change would do."""
