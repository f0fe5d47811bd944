"""Fetching: mail is taken out of mailboxes on other servers, and marked there only after it is kept here."""
