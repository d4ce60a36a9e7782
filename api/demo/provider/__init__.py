"""A certified OpenID provider for the demo and for tests: `oidc-provider` of npm, pinned in `package-lock.json`, on loopback."""
