"""Sources: one recipe for each way a signal arrives. All of them give blocks of bytes when the tick asks.

`rightcast.headend.sources.opening.open_receiver` picks the recipe; docs/howto/add-a-source-type.md adds one.
"""
