"""What listens on the admin port: commands, health and metrics, the dashboard, and what keeps strangers out."""

from pathlib import Path

from config.settings import ProxySettings
from proxy.dashboard.app import WithDashboard, dashboard
from proxy.dashboard.session import GuardedAdmin
from proxy.process.admin import Admin, Controls


def admin_side(controls: Controls, settings: ProxySettings, config: Path) -> GuardedAdmin:
    """The admin side of a running proxy. ``controls``: what is shown and commanded. ``settings``: where it listens,
    its token, its names.
    """
    token = settings.admin_token
    shown = dashboard(settings.log, config, new=settings.new, token=token)
    pages = WithDashboard(Admin(controls, token), shown)
    return GuardedAdmin(pages, token=token, host=settings.admin_host, names=settings.admin_hosts)
