"""In a sample database: what each person would have got by mail and SMS."""
