"""Papers as .docx, laid out after GB/T 9704-2012 (DOMAIN.md §2)."""
