"""A small stand-in GitHub on loopback: the product's try-it mode and the other end of every test."""

from bot.sandbox.server import StandIn

__all__ = ["StandIn"]
