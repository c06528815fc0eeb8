"""What people look at: single offline pages, escaped, with a strict content policy and no request."""
