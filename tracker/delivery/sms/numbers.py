"""The number that a message goes to."""

from tracker.domain.errors import DeliveryFailed
from tracker.domain.phones import is_mobile, plain_number
from tracker.domain.provider_codes import Meaning, Verdict


def mobile_of(address: str) -> str:
    """Return the 11 digits. Raises DeliveryFailed that marks the contact when it is none."""
    number = plain_number(address)
    if not is_mobile(number):
        raise DeliveryFailed.judged(Verdict(Meaning.BAD_CONTACT, "not_mobile", "登记的不是 11 位手机号"))
    return number
