"""Tests of counting time."""
