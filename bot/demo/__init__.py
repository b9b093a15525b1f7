"""Invented firms for the demonstration: every grade, every outcome, nobody real."""
