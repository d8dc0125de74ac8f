"""Who has an account: the person's record and the passwords."""
