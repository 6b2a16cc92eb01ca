"""Extractors, one module a family of formats. They run in the jailed child: bytes in, (label, text) pairs out.

Each `pages` is a generator, so that what was read before a limit is not lost, and raises Refused where it must stop.
"""
