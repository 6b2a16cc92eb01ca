"""People, signing in, throttling."""
