"""The road that a company's settings name."""

from destinations.expensify.roads.laid import Owner
from destinations.expensify.roads.road import ByRequest, Road
from destinations.expensify.roads.settings import Delivery
from resources.http import Retry


def road(delivery: Delivery, owner: Owner, retry: Retry) -> Road:
    """Ready for use; nothing is opened yet.

    Args:
        delivery: What the settings say.
        owner: Whose feeds go by it.
        retry: How patiently servers are asked.
    """
    if delivery.sftp:
        from destinations.expensify.roads.sftp import BySftpServer  # noqa: PLC0415 - it imports paramiko

        return BySftpServer(delivery.sftp, owner, retry)
    if delivery.download:
        from destinations.expensify.roads.download import ByWebServer  # noqa: PLC0415 - as few need it

        return ByWebServer(delivery.download, owner, retry)
    return ByRequest()
