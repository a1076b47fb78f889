"""Who acts: staff, their roles, PINs and passwords, sign-in, and the displays they sign in at.

`roles` is the table of who may do what, `secrets_kept` what a PIN or password
must be and how it is kept, `lockout` how guessing is stopped, `sign_ins` who is
in, `desk` all of it together. Knows no web framework, vital sign, alarm or
database.
"""

from monitor.people.desk import ANOTHER_PEPPER, Attempt, People, Visit, refused, strangers
from monitor.people.lockout import Lockout
from monitor.people.members import Enrolled, Member, Roll
from monitor.people.roles import MAY, Permission, may
from monitor.people.secrets_kept import Hasher, Method, check_secret

__all__ = [
    "ANOTHER_PEPPER",
    "MAY",
    "Attempt",
    "Enrolled",
    "Hasher",
    "Lockout",
    "Member",
    "Method",
    "People",
    "Permission",
    "Roll",
    "Visit",
    "check_secret",
    "may",
    "refused",
    "strangers",
]
