"""What the demo's broker is: staff, MetaTrader server, clients, withdrawals; all by actions."""
