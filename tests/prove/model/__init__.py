"""An executable model of the exactly-once protocol (money.md §5-7), explored whole."""
