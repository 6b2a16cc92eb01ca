"""What every page needs: the clock, htmx, filters, errors, headers, the basics of forms."""
