"""Where the records stand: two PostgreSQL databases, embedded or by URL, and the logins that may reach them."""
