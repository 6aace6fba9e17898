"""The station itself: its name, territory and policy, as every edge knows them."""
