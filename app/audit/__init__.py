"""The audit trail: append-only, chained over salted digests, one chain for each inspection and one for the site."""
