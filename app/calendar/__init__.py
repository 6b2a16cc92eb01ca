"""Interviews and visits by day: a page, a file for one interview, and a feed for each person's own calendar."""
