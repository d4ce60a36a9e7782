"""Who asks: credentials, and what they open."""
