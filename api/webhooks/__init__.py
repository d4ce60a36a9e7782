"""Announcements posted to companies: Standard Webhooks with CloudEvents, never to an address inside."""
