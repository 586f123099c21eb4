"""What a resident answered: words to claims, one reader for each kind of decision. Nothing here knows what is right."""
