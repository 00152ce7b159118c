"""The laws are tried on a hundred worlds each, the same in every run and with no clock: neither chance nor a slow machine fails
one. `LAWS=explore pytest tests/laws` tries two thousand new ones.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("laws", max_examples=100, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", settings.get_profile("laws"), max_examples=2000, derandomize=False)
settings.load_profile(os.environ.get("LAWS", "laws"))
