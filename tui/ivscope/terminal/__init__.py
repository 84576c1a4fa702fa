"""The terminal: settings that the toolkit reads when it loads, and the routes to a clipboard."""
