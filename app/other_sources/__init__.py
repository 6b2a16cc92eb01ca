"""Sources of other kinds: what inspectors saw, performance data, what stakeholders sent or said."""
