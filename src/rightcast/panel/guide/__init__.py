"""The guide: sources that tell what is on when, which of their channels is which of ours, and what is published.

Whoever brings shows (XMLTV, EIT, a grid typed by hand) ends in `store.store_shows` or `store.store_day`. Which guide
channel a channel has is a row of `models.Assignment`; whoever writes one calls `publication.publish_channels` with the
channel's id. What is published of a channel, merged from all its sources, is `models.ChannelDay`.
"""
