"""Pictures of shows and channels: fetched once, made small, kept within a budget, and told in guides and lists."""
