"""How people prove who they are: passwords, sign-ins, API tokens."""
