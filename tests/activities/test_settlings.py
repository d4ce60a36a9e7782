"""A request handed over inside one process."""

import gc

import pytest
from temporalio.exceptions import ApplicationError

from activities.record import Head
from activities.settle import Settle
from activities.settlings import Handed


def test_a_request_is_found_by_its_number_while_its_workflow_holds_it() -> None:
    handed = Handed()
    one, other = (Settle(case=case, expected=Head()) for case in ("c1", "c2"))
    numbers = handed.put(one), handed.put(other)
    assert handed.get(numbers[0]) is one
    assert handed.get(numbers[1]) is other


def test_a_request_whose_workflow_has_gone_is_not_tried_again() -> None:
    handed = Handed()
    number = handed.put(Settle(case="c1", expected=Head()))
    gc.collect()
    with pytest.raises(ApplicationError) as caught:
        handed.get(number)
    assert caught.value.non_retryable
