"""The processes that Shixian is made of, and the servers that it starts."""
