"""Bank statements: read, checked, chained; references that show a typo; who a row could be from."""
