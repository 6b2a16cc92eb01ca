"""Documents as received, their text by page, and the reader in which passages are tagged."""
