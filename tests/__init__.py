"""Tests: one folder for each feature, and some that look at the house itself."""
