"""Cases that already run in another system: read from its files, tried, and taken over as commands of their own."""
