"""What authors run: building notebooks, checking their rules. Nobody needs it to take the course."""
