"""The application without a screen: places, the state of lists, work in the background."""
