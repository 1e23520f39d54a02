"""Signing in with what the town already has: an OpenID Connect provider, an LDAP directory."""
