"""Where people begin: their inspections, and one inspection at a glance."""
