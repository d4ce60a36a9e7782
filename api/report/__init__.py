"""The month's report: what was promised and how it was kept, as data, as a table for spreadsheets, and on a page."""
