"""The books of the sandbox bank: people, accounts, orders and the PSU's second factor."""
