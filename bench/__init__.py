"""How fast Fieldbook is, measured against the bare equivalent of each thing: see docs/speed.md."""
