"""Everything that speaks with Twilio: its webhooks, its REST API, and a local server in its place."""
