"""Findings: what the events read say about an event or a session, and what they leave open."""
