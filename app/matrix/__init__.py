"""The evidence matrix, and what is taken out of Fieldbook from it."""
