"""People, one-time links by which they come, signing in, throttling."""
