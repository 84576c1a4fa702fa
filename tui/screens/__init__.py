"""Screens: they own what is selected and are the only callers of the provider."""
