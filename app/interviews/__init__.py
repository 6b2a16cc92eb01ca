"""Interviews and focus groups: notes as they are said, and the names of who was seen, held apart."""
