"""Session and transaction: the write law of ARCHITECTURE.md."""
