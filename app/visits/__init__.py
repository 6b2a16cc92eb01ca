"""Visits to Areas: when, by whom, what is followed up there, what is outstanding, what emerged."""
