"""The criterion desk: one criterion with its findings and all evidence under it."""
