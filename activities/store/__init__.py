"""The ledger and the read model. The only package that speaks SQL."""
