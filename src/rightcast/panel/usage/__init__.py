"""Who watched what, under which right: session records as edges wrote them, and what is counted from them."""
