"""Safe reading and writing of file formats. Imports nothing else of the application (jail.py relies on that)."""
