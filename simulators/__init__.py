"""Everything played: patients, bedside monitors, a whole clinic, and the loops that bend time.

Speaks to `monitor` as hardware would, through the drivers' own encoders, and
marks all it says as `GenerationMode.DEMO`.
"""
