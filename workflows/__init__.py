"""What happens: the vocabulary, the procedures and the one durable workflow."""
