"""Papers and ledgers as LibreOffice prints them. WPS and Word cannot be run here."""
