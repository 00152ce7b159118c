"""Testwarden: reviews the test code of pull requests for security."""

__version__ = "0.1.0"
