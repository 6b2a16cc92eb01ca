"""File findings: what the file examination shows, with its figures; and links from evidence items to them."""
