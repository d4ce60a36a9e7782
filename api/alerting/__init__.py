"""What is alerted, who is told, and how Prometheus and Alertmanager are told so."""
