"""What people read of an alert, in Chinese and English, put together when it is told."""
