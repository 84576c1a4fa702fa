"""What AWS documents: error codes, event names, known issues, limits."""
