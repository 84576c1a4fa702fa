"""What is in a log of events: filters, order, starts and ends, counts, times. Pure functions."""
