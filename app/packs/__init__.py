"""Inspection packs: folders of YAML that an inspection is made from. Nothing in the code knows what one is about."""
