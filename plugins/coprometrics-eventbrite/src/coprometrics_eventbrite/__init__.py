"""Imports the bookings of Eventbrite into coprometrics.

``config`` is what people may declare. ``bookings`` holds the rules of tickets and payments.
``presets`` knows the reports by their headers, and ``reports`` reads them. ``importer`` tells a
report from pages of the service.
"""

from __future__ import annotations

from coprometrics_eventbrite.config import DeclaredEvent, Eventbrite
from coprometrics_eventbrite.importer import EventbriteImporter

__all__ = ["DeclaredEvent", "Eventbrite", "EventbriteImporter"]
