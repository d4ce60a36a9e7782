"""How notices are read, and which are refused."""
