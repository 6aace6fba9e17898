"""Pictures and sound looked at by worker processes that may crash: a decoder never runs in the headend itself."""
