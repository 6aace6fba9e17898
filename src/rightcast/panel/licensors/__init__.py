"""What those who grant rights may see: sessions, territories, caps, breaches and usage of their own rights only."""
