"""What a process under test carries: the table of kill points, and the hook that stops at them."""
