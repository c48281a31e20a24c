"""What each terminal verb does, once: generators of steps, which the awaited and the blocking face both drive."""
