"""A certified OpenID provider for tests: `oidc-provider` of npm, pinned in `package-lock.json`, on loopback."""
