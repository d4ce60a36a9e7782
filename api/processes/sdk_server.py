"""The Temporal server that the SDK downloads. It only hands out a running one, so it is started and stopped."""

import asyncio
import sys

from temporalio.testing import WorkflowEnvironment


async def download(folder: str) -> None:
    """Have the server in a folder."""
    async with await WorkflowEnvironment.start_local(download_dest_dir=folder):
        pass


if __name__ == "__main__":
    asyncio.run(download(sys.argv[1]))
