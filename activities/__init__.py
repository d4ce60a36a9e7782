"""What a case does to the world: idempotent effects, retried by Temporal."""
