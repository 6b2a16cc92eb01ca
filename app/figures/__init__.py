"""Figures of documents, typed or read from a spreadsheet: kept as data, charted, compared, tagged like any words."""
