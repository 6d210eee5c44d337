"""What a counsellor may do: one module a part of the work, one function a verb."""

# Rules of the work register themselves when their module is read; a save must never meet
# half of them.
from app.casework import cases, consents, people, sessions, training, users  # noqa: F401
