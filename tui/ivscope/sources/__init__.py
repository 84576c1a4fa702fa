"""Where pages come from: AWS, with its failures put into words, and recordings."""
