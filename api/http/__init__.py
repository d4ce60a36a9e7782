"""What every request passes: reading it strictly, its caller, its problem where it fails, and its answer."""
