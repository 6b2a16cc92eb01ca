"""Contradictions: evidence against a file finding or against other evidence, open until somebody resolves it."""
