"""Keep the administrative log: sign-ins, refusals, changes of rights and accounts."""
