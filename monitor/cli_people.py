"""`chairside staff` and `chairside display`: who may act, and at which displays by PIN."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli_options import config_option
from monitor.clinic import Person, Role
from monitor.people import Method, check_secret


@click.group()
def staff() -> None:
    """Who may act: add, list, disable, enable, set role, PIN and password."""


@staff.command("add")
@click.argument("person")
@click.option("--name", required=True, help="As it stands on the screen.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@config_option
def staff_add(person: str, name: str, role: str, config_path: Path) -> None:
    """Add PERSON (an id that stands in the record) and ask for a PIN or password.

    Nurses and clinicians get a PIN, administrators a password.
    """
    from monitor.operations import staffing  # noqa: PLC0415

    desk, known = staffing.open_desk(config_path), Role(role)
    method = staffing.first_method(known)
    secret = ask_secret(method)
    desk.add(Person(id=person, name=name, role=known))
    desk.set_secret(person, method, secret)
    click.echo(f"{person}: {known.value} {name}, signs in by {method.value}")
    if method is Method.PIN:
        click.echo(f"for limits and exports too: chairside staff set-password {person}")


@staff.command("list")
@config_option
def staff_list(config_path: Path) -> None:
    """Everybody with role and what they sign in by."""
    from monitor.operations import staffing  # noqa: PLC0415

    for line in staffing.open_desk(config_path).staff_lines():
        click.echo(line)


@staff.command("set-role")
@click.argument("person")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@config_option
def staff_set_role(person: str, role: str, config_path: Path) -> None:
    """PERSON has another ROLE from their next act on; what they did stays as it was."""
    from monitor.operations import staffing  # noqa: PLC0415

    staffing.open_desk(config_path).set_role(person, Role(role))
    click.echo(f"{person}: {role}")


@staff.command("set-pin")
@click.argument("person")
@config_option
def staff_set_pin(person: str, config_path: Path) -> None:
    """Ask for PERSON's new PIN; it counts at enrolled displays."""
    _set_secret(person, config_path, "pin")


@staff.command("set-password")
@click.argument("person")
@config_option
def staff_set_password(person: str, config_path: Path) -> None:
    """Ask for PERSON's new password; it counts everywhere."""
    _set_secret(person, config_path, "password")


def _set_secret(person: str, config_path: Path, method: str) -> None:
    from monitor.operations import staffing  # noqa: PLC0415

    desk, way = staffing.open_desk(config_path), Method(method)
    desk.set_secret(person, way, ask_secret(way))
    click.echo(f"{person}: {way.value} set")


def ask_secret(method: Method) -> str:
    """A PIN or password, twice and unseen; refused before anything is changed."""
    label = "PIN (6 to 12 digits)" if method is Method.PIN else "Password (12 characters or more)"
    secret: str = click.prompt(label, hide_input=True, confirmation_prompt=True)
    check_secret(method, secret)
    return secret


@staff.command("disable")
@click.argument("person")
@config_option
def staff_disable(person: str, config_path: Path) -> None:
    """PERSON may not sign in any more; what they did stays in the record."""
    _disable(person, config_path, disabled=True)


@staff.command("enable")
@click.argument("person")
@config_option
def staff_enable(person: str, config_path: Path) -> None:
    """PERSON may sign in again."""
    _disable(person, config_path, disabled=False)


def _disable(person: str, config_path: Path, *, disabled: bool) -> None:
    from monitor.operations import staffing  # noqa: PLC0415

    staffing.open_desk(config_path).disable(person, disabled=disabled)
    click.echo(f"{person}: {'disabled' if disabled else 'enabled'}")


@click.group()
def display() -> None:
    """The displays at which a PIN is enough; an administrator enrols them on their own page."""


@display.command("list")
@config_option
def display_list(config_path: Path) -> None:
    """Every display ever enrolled."""
    from monitor.operations import staffing  # noqa: PLC0415

    for line in staffing.open_desk(config_path).display_lines():
        click.echo(line)


@display.command("revoke")
@click.argument("display_id", metavar="DISPLAY")
@config_option
def display_revoke(display_id: str, config_path: Path) -> None:
    """At DISPLAY a PIN is no longer enough; who is signed in there is signed out."""
    from monitor.operations import staffing  # noqa: PLC0415

    staffing.open_desk(config_path).revoke(display_id)
    click.echo(f"{display_id}: revoked")
