"""Read-only questions of the screens, as typed rows. They write nothing and lock nothing."""
