"""The application without a screen: places, event lists, and what the store says about them."""
