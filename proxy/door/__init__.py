"""The front door: what is refused before anybody is asked, and what the sides are told of the client."""
