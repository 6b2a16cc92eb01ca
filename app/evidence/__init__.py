"""The narrow waist: sources, their immutable texts, evidence items on exact words, and tags to criteria."""
