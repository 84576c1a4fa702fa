"""Findings: what the events at hand say about an event or a session, and what they leave open."""
