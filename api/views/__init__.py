"""What is shown of cases, for every way out."""
