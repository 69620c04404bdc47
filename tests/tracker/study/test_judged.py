"""The words about a trend."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from reports.model import Judgement, Range
from tracker.resemblance.slope import NO_SLOPE
from tracker.resemblance.trend import Crossover, Trend
from tracker.study.judged import moved

NOTHING = Range(math.nan, math.nan, math.nan)


@pytest.mark.parametrize(
    ("month", "low", "high", "said"),
    [
        (2.6, 2.1, 2.9, "about 3 months more like Anna (the days allow from 2 months to 3 months)"),
        (11.4, 9.6, 12.9, "about 11 months more like Anna (the days allow from 9 months to 1 year "
         "1 month)"),
    ],
)  # fmt: skip
def test_the_months_that_are_said_hold_the_whole_interval(
    month: float, low: float, high: float, said: str
) -> None:
    crossing = Crossover(month=month, low=low, high=high, p_none=0.0, rising=True)
    trend = Trend(pd.DataFrame(), NO_SLOPE, crossing, days=40, months=14)
    judgement = Judgement(
        first="Anna", second="Ben", answer="too close to call", winner="", text="", sentence="",
        percentiles=(NOTHING, NOTHING), difference=NOTHING, p_value=math.nan, lean=0.0,
        lean_error=0.0, photo_days=40,
    )  # fmt: skip
    assert said in moved(trend, judgement, "Mia", certain=True)
