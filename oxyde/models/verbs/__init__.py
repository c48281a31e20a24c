"""The terminal verbs: generators of steps, which both the awaited and the blocking face drive."""
