"""`flask permits …`: what an administrator does with permits from the machine itself."""

import click
from flask.cli import AppGroup

from core.i18n import speaking
from permits.drawing import draw

permits = AppGroup("permits", help="Permits and their workflow.")


@permits.command("diagram")
def diagram() -> None:
    """Print the workflow as a page: a diagram and a table (docs/permits-workflow.md is this)."""
    with speaking("en"):
        click.echo(draw(), nl=False)
