"""Every record kind there is. A kind is added by its own file and one line here."""

from app.models import (  # noqa: F401
    appointments,
    attachments,
    cases,
    consents,
    offices,
    persons,
    sessions,
    training,
    users,
)
