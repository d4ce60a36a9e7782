"""Dashboards for Grafana, built from code; `python -m deploy.grafana` writes the files that Grafana is given."""

import warnings

# The library would have us use schema v2, which Grafana before 12 cannot read.
warnings.filterwarnings("ignore", "Prefer using dashboardv2", DeprecationWarning)
