"""The same queries written for Oxyde and for Django, which runs in an environment and a process of its own."""
