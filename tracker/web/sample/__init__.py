"""The bar that moves a sample's time. These routes exist in a sample database only."""
