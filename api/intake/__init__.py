"""How a wish becomes a command: built, stamped, submitted, and its receipt."""
