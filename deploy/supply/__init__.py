"""What the product is made of: its parts, their licences and known faults, and no secret among its files."""
