"""The screens: thin views over services and queries."""
