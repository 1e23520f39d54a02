"""Expose the JSON API and its OpenAPI description."""
