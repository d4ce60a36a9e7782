"""What every request passes: its envelope, reading it strictly, its problem where it fails, and its answer."""
