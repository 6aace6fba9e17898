"""What every room's tests share: a Hypothesis profile that does not fail on a busy machine, one for laws."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("laws", settings.get_profile("house"), max_examples=100_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))
