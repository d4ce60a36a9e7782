"""Evidence that what is kept was not rewritten: checkpoints over all chains, and the check of what stands against them."""
