"""What `flask doctor` looks at, each in a function that yields findings: never a stack trace, always what to do."""
