"""Every way in and out: HTTP and the command line. The only package that reads settings."""
