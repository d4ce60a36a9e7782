"""What a case does to the world, tried."""
