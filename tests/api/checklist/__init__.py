"""Lines of the security checklist that no other file is about."""
