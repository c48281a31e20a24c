"""From one state to another: the operations, what is open about them, and the migration that is made of them."""
