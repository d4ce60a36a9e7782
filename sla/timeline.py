"""Business time and real time (rehearsal)."""

from datetime import UTC, datetime, timedelta

from sla.model import Model


class Timeline(Model):
    """Maps real instants to business instants: business = anchor_business + (real - anchor_real) * rate."""

    anchor_real: datetime
    anchor_business: datetime
    rate: int = 1

    @property
    def identity(self) -> bool:
        """True where business time is real time."""
        return self.rate == 1 and self.anchor_real == self.anchor_business

    def business(self, real: datetime) -> datetime:
        """Return the business instant of a real one."""
        return self.anchor_business + (real - self.anchor_real) * self.rate

    def real(self, business: datetime) -> datetime:
        """Return the real instant of a business one."""
        return self.anchor_real + (business - self.anchor_business) / self.rate

    def tolerance(self, business: timedelta, grace: timedelta) -> timedelta:
        """Return the larger of a business tolerance and a grace in real time, as business time."""
        return max(business, grace * self.rate)


REAL_TIME = Timeline(anchor_real=datetime(1970, 1, 1, tzinfo=UTC), anchor_business=datetime(1970, 1, 1, tzinfo=UTC))
