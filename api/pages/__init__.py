"""The board: pages for officers, supervisors, utilities and applicants."""
