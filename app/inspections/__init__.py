"""An inspection: its bodies, criteria, roles to see, team, references; and the gate, which decides who may."""
