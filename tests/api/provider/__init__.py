"""A certified OpenID provider, that of the demo, vouches for machines and for people."""
