"""Plain functions that make what a test needs: `a_client(...)`, `a_trading_account(...)`.

One module per app; each returns a saved row, takes only what the test cares about, and goes through
the same columns as the product's own actions.
"""
