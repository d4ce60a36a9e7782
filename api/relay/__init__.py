"""The relay: what Alertmanager sends becomes notices that people get, once each, with a log that is evidence."""
