"""From the set of a record's changes to its row: a pure function, whatever the order of arrival.

For each field, changes that no other change names as a base are *siblings*: nobody had seen one
when writing the other. One sibling gives its value; several give a value by the field's declared
policy. The clock only orders siblings; it never decides whether two people disagreed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.models.change import Bases, Entry
from app.models.choice_types import Choice
from app.models.fields import Field, Merge
from app.models.types import Flag


@dataclass(slots=True)
class Folded:
    """What a record's changes come to.

    Attributes:
        values: Log form of each field ever set, known to this program or not.
        siblings: For fields with more than one, the concurrent writes in order.
        conflicts: Fields whose siblings differ and whose policy is to ask a person.
        first: The earliest change; ``last`` the latest.
    """

    values: dict[str, Any]
    siblings: dict[str, list[Entry]]
    conflicts: list[str]
    first: Entry
    last: Entry


def fold(entries: Sequence[Entry], fields: Mapping[str, Field]) -> Folded:
    """Fold the changes of one record, given in any order and without repeats.

    Args:
        entries: At least one.
        fields: The declared fields, for their policies; others merge by latest.
    """
    if len(entries) == 1:
        only = entries[0]
        return Folded(dict(only.change.fields), {}, [], only, only)
    ordered = sorted(entries, key=lambda entry: entry.order)
    writes: dict[str, list[Entry]] = {}
    covered: dict[str, dict[bytes, list[tuple[int, Entry]]]] = {}
    for entry in ordered:
        for name in entry.change.fields:
            writes.setdefault(name, []).append(entry)
        for device, seq, names in entry.change.bases:
            for name in names or entry.change.fields:
                covered.setdefault(name, {}).setdefault(device, []).append((seq, entry))
    folded = Folded({}, {}, [], ordered[0], ordered[-1])
    for name, written in writes.items():
        open_writes = _siblings(written, covered.get(name, {}))
        if len(open_writes) == 1:
            folded.values[name] = open_writes[0].change.fields[name]
            continue
        folded.siblings[name] = open_writes
        field = fields.get(name)
        values = [entry.change.fields[name] for entry in open_writes]
        folded.values[name] = _settle(values, field)
        if field is not None and field.merge is Merge.ASK and _differ(values):
            folded.conflicts.append(name)
    folded.conflicts.sort()
    return folded


def _siblings(written: list[Entry], covered: dict[bytes, list[tuple[int, Entry]]]) -> list[Entry]:
    """Keep the writes that no other write had seen, in order."""
    kept = [
        entry
        for entry in written
        if not any(
            seq >= entry.change.seq and by is not entry for seq, by in covered.get(entry.device, ())
        )
    ]
    # Bases form no cycle in honest logs; a damaged one must still show something.
    return kept or written[-1:]


def _differ(values: list[Any]) -> bool:
    return any(value != values[0] for value in values)


def _settle(values: list[Any], field: Field | None) -> Any:
    """Give what is shown for concurrent ``values``, listed in order."""
    policy = Merge.LATEST if field is None else field.merge
    if policy is Merge.UNION and all(isinstance(v, list) or v is None for v in values):
        codes = {code for value in values for code in value or ()}
        return sorted(codes) or None
    if policy is Merge.APPEND and all(isinstance(v, str) or v is None for v in values):
        texts = list(dict.fromkeys(value for value in values if value))
        return "\n\n".join(texts) or None
    if policy is Merge.CAUTIOUS and field is not None:
        return max(values, key=lambda value: _protection(value, field))
    return values[-1]


def _protection(value: Any, field: Field) -> tuple[int, str]:
    if isinstance(field.type, Choice):
        codes = field.type.choices.codes()
        return (codes.index(value) if value in codes else -1), str(value)
    if isinstance(field.type, Flag):
        return (-1 if value is None else int(value)), ""
    return (-1 if value is None else 0), str(value)


def bases_for(entries: Iterable[Entry], names: Iterable[str]) -> Bases:
    """Give the bases of a write of fields ``names`` by someone who had seen ``entries``.

    Args:
        entries: The record's changes the author had seen.
        names: Fields about to be set.
    """
    wanted = set(names)
    seen: dict[str, dict[bytes, int]] = {name: {} for name in wanted}
    for entry in entries:
        change = entry.change
        for name in wanted.intersection(change.fields):
            _raise_to(seen[name], entry.device, change.seq)
        for device, seq, covered in change.bases:
            for name in wanted.intersection(covered or change.fields):
                _raise_to(seen[name], device, seq)
    grouped: dict[tuple[bytes, int], list[str]] = {}
    for name in sorted(wanted):
        for device, seq in seen[name].items():
            grouped.setdefault((device, seq), []).append(name)
    return [
        (device, seq, [] if len(covered) == len(wanted) else covered)
        for (device, seq), covered in sorted(grouped.items())
    ]


def _raise_to(seqs: dict[bytes, int], device: bytes, seq: int) -> None:
    if seqs.get(device, 0) < seq:
        seqs[device] = seq
