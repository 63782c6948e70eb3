"""What listens on the admin port: commands, health and metrics, the dashboard, and what keeps strangers out."""

from pathlib import Path

from config.settings import ProxySettings
from proxy.dashboard.app import WithDashboard, dashboard
from proxy.process.admin import Admin, Controls
from proxy.process.session import GuardedAdmin


def admin_side(controls: Controls, settings: ProxySettings, config: Path) -> GuardedAdmin:
    """The admin side of a running proxy. ``controls``: what is shown and commanded. ``settings``: where it listens,
    its token, its names.
    """
    pages = WithDashboard(Admin(controls, settings.admin_token), dashboard(settings.log, config))
    return GuardedAdmin(
        pages, token=settings.admin_token, host=settings.admin_host, names=settings.admin_hosts
    )
