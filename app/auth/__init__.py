"""Sign people in and out: passwords, one-time links, OpenID Connect, LDAP, API tokens."""
