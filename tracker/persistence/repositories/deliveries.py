"""Deliveries: bind told rows, claim what is due, record what became of it (DESIGN.md §3.4)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tracker.persistence.models import Delivery


class DeliveryRepository:
    """One delivery is one message to one person on one channel."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, delivery_id: int) -> Delivery | None:
        """Return a delivery, or None."""
        return self._session.get(Delivery, delivery_id)
