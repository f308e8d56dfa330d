"""Tests of the kit for people who write importers."""
