"""What is in a log of events: filters, order, intervals, counts, time. Pure."""
