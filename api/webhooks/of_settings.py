"""What webhooks need, made of the settings."""

from api.settings import Settings
from api.webhooks.address_guard import AddressGuard, Rules
from api.webhooks.secret_box import FILE, SecretBox


def guard_of(settings: Settings) -> AddressGuard:
    """Return what checks addresses."""
    return AddressGuard(Rules(settings.webhook_hosts, settings.webhook_ports, settings.webhook_loopback))


def box_of(settings: Settings) -> SecretBox:
    """Return what seals secrets."""
    return SecretBox(settings.webhook_key_file or settings.data_dir / FILE)
