"""The laws are tried on a hundred worlds each, with no clock in it: a slow machine fails no law."""

from hypothesis import HealthCheck, settings

settings.register_profile("laws", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("laws")
