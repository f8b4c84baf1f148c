"""Log in, log out, change the password."""
