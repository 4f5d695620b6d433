"""`clipwright serve`: the live page."""

from __future__ import annotations

import webbrowser

import click

from workflow_lib.errors import MissingTool

PORT = 8765


@click.command()
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535), help="0: any that is free.")
@click.option("--open", "opens", is_flag=True, help="Open it in the browser.")
def serve(port: int, *, opens: bool) -> None:
    """Show all projects of this folder on a page that stays up to date, on this machine only, until Ctrl-C.

    It makes and buys nothing, whoever runs the builds. With the printed address takes can be chosen and judged, and
    prompts edited, for the next run.
    """
    try:
        from workflow_lib.serving import server  # noqa: PLC0415 - an extra, which the other commands need not have
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in ("starlette", "uvicorn"):
            raise
        raise MissingTool(f"{package} is not installed: `pip install 'clipwright[serve]'` brings it") from None

    def ready(address: str) -> None:
        click.echo(address)
        click.echo("Open this address; Ctrl-C ends it. Builds go on without it.", err=True)
        if opens:
            webbrowser.open(address)

    server.serve(port, ready)
