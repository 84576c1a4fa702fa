"""Domain values to lines of text with roles: pure, no toolkit."""
