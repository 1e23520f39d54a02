"""Expose logs, metrics and readiness to operators, without personal content."""
