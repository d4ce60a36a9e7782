"""The register of subjects: whom a case is about, written, read and found by name while the keys are here."""

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from activities.store.errors import Conflict, StoreUnavailable
from activities.store.store import Store
from activities.store.subject_log import NewSubjectEvent, SubjectEventKind
from activities.store.subjects import NewSubject, SealedSubject, SubjectChange, SubjectLink
from activities.subjects.blind_index import LEAST, code_token, matches, name_token, part_tokens, tokens_of
from activities.subjects.errors import OtherPart, UnknownSubject
from activities.subjects.master_keys import MasterKeys, SubjectKeysAway, make_keys, read_keys, sole_writer, write_keys
from activities.subjects.sealing import SubjectKey, new_key, opened, rewrapped, sealed
from activities.subjects.subject import (
    PARTS_OF,
    Subject,
    SubjectContent,
    SubjectKind,
    SubjectOfCase,
    SubjectPart,
    folded,
)

ID = 16  # bytes
ATTEMPTS = 20  # at subjects of a case that others change meanwhile
PAGE = 200  # subjects that a search opens at once


class SubjectSaid(NamedTuple):
    """A subject of a case as it was said: its content, or a known one by id, or a known one with another content."""

    part: SubjectPart
    id: str | None = None
    content: SubjectContent | None = None


class SubjectTeller(NamedTuple):
    """Who says something, and when (business time)."""

    actor: str
    at: datetime


class SubjectsFound(NamedTuple):
    """What a search found; `more`: there are others."""

    subjects: Sequence[Subject]
    more: bool


class SubjectRegister:
    """The register over a store and a file of keys, for one thread.

    Every method blocks, and may raise StoreUnavailable or SubjectKeysAway.
    """

    def __init__(self, store: Store, keys: Path) -> None:
        self.store = store
        self._path = keys
        self._keys: MasterKeys | None = None

    def keys(self) -> MasterKeys:
        """Return the keys that the database's subjects are sealed with; made where there is none of either yet."""
        named = self.store.master_in_use()
        if self._keys is None or self._keys.current != named:
            self._keys = self._read(named)
        return self._keys

    def put(self, case: str, said: Sequence[SubjectSaid], told: SubjectTeller) -> bool:
        """Let a case have these subjects and no others; False where it had them already. Raises SubjectRefused."""
        return self._change(case, said, told, first=False)

    def put_first(self, case: str, said: Sequence[SubjectSaid], told: SubjectTeller) -> None:
        """Record the subjects that a case was opened with, unless anything of its subjects is on record already."""
        self._change(case, said, told, first=True)

    def check(self, said: Sequence[SubjectSaid], *, only_tried: bool = False) -> None:
        """Raise what `put` would, before a case is opened with subjects. `only_tried`: the first keys are not made yet."""
        if not only_tried or self.store.master_in_use() is not None:
            self.keys()
        known = self.store.sealed_subjects([one.id for one in said if one.id is not None])
        for one in said:
            _checked(one, known)

    def of_cases(self, cases: Collection[str]) -> Mapping[str, Sequence[SubjectOfCase]]:
        """Read the subjects of some cases, erased ones without content."""
        found: dict[str, list[SubjectOfCase]] = {case: [] for case in cases}
        for link, sealed_ in self.store.subjects_of_cases(cases):
            one = Subject(id=link.subject) if sealed_ is None else self._opened(sealed_)
            found[link.case].append(SubjectOfCase(case=link.case, part=SubjectPart(link.part), subject=one))
        return found

    def find(self, text: str, limit: int, *, whole: bool = False) -> SubjectsFound:
        """Find subjects by a code, a whole name, or, unless `whole`, two or more characters of a name that is no person's."""
        if self.store.master_in_use() is None:
            return SubjectsFound([], more=False)
        index, found = self.keys().blind, dict[str, Subject]()
        ways = [{code_token(index, text)}, {name_token(index, text)}] if folded(text) else []
        ways += [set(part_tokens(index, text))] if len(folded(text)) >= LEAST and not whole else []
        for tokens in ways:
            for one in self._with(tokens):
                if one.content is not None and matches(one.content, text):
                    found[one.id] = one
                if len(found) > limit:
                    return SubjectsFound(list(found.values())[:limit], more=True)
        return SubjectsFound(list(found.values()), more=False)

    def rotate(self, at: datetime, write: Callable[[Path, MasterKeys], None] = write_keys) -> int:
        """Wrap every subject's key with a new master key, then drop the old one; returns how many there are."""
        with sole_writer(self._path):
            self._keys = None  # what another rotation has just written
            both = self.keys().rotated()
            write(self._path, both)
            count = self.store.rewrap_subjects(lambda one: _rewrapped(both, one), both.current, at)
            write(self._path, both.without_old())
        self.store.drop_remains()
        return count

    def _read(self, named: str | None) -> MasterKeys:
        if named is None:
            keys = make_keys(self._path)
            named = self.store.claim_master(keys.current)
        else:
            keys = read_keys(self._path)
        if named not in keys.masters:
            raise SubjectKeysAway(f"{self._path.name}: the database's subjects are sealed with another key, {named}")
        # what a rotation began and did not end: the key that the database names is the one in use
        return keys._replace(masters={named: keys.masters[named], **keys.masters})

    def _with(self, tokens: Collection[str]) -> Iterable[Subject]:
        after = ""
        while page := self.store.subjects_with(tokens, after, PAGE):
            yield from map(self._opened, page)
            after = page[-1].id

    def _opened(self, one: SealedSubject) -> Subject:
        content = opened(self._keys_for(one.master), one.id, SubjectKey(one.master, one.wrapped), one.ciphertext)
        return Subject(id=one.id, kind=SubjectKind(one.kind), created=one.created, content=content)

    def _keys_for(self, master: str) -> MasterKeys:
        """Return keys that hold a master key; the file alone is read where it has it, and the database is not asked."""
        if self._keys is None:
            self._keys = read_keys(self._path)
        return self._keys if master in self._keys.masters else self.keys()

    def _change(self, case: str, said: Sequence[SubjectSaid], told: SubjectTeller, *, first: bool) -> bool:
        for _ in range(ATTEMPTS):
            revision = self.store.subject_revision(case)
            if first and revision:
                return False
            change = self._planned(case, said, told)
            if not change.events:
                return False
            try:
                self.store.change_subjects(case, change, revision)
            except Conflict:
                continue
            return True
        raise StoreUnavailable("(others change the subjects of the case)")

    def _planned(self, case: str, said: Sequence[SubjectSaid], told: SubjectTeller) -> SubjectChange:
        """What makes the case's subjects those that were said; an entry that is there already stays as it is."""
        keys = self.keys()
        links = self.store.subject_links([case])
        sealed_ = self.store.sealed_subjects({link.subject for link in links} | {one.id for one in said if one.id})
        here = {link: self._opened(sealed_[link.subject]) for link in links if link.subject in sealed_}
        plan = _Plan(case, told, keys)
        left = [link for link in links if link.subject in sealed_]  # an erased one stays: it says that there was one
        for one in said:
            _checked(one, sealed_)
            same = next((link for link in left if _is_same(one, link, here[link])), None)
            if same is not None:
                left.remove(same)
            elif one.id is None:
                plan.record(one)
            else:
                link = SubjectLink(case, one.part, one.id)
                known = self._opened(sealed_[one.id])
                if one.content is not None and one.content != known.content:
                    plan.change(one, sealed_[one.id])
                if link in left:
                    left.remove(link)
                elif link not in links:
                    plan.link(link)
        for link in left:
            plan.unlink(link)
        return plan.change_made()


class _Plan:
    """A change of a case's subjects as it is put together."""

    def __init__(self, case: str, told: SubjectTeller, keys: MasterKeys) -> None:
        self._case, self._told, self._keys = case, told, keys
        self._new: list[NewSubject] = []
        self._changed: list[NewSubject] = []
        self._linked: list[SubjectLink] = []
        self._unlinked: list[SubjectLink] = []
        self._events: list[NewSubjectEvent] = []

    def record(self, one: SubjectSaid) -> None:
        assert one.content is not None  # noqa: S101  # without an id there is content
        id_ = secrets.token_hex(ID)
        self._new.append(self._sealed(id_, new_key(self._keys, id_), one.content, self._told.at))
        self._note(SubjectEventKind.RECORDED, SubjectLink(self._case, one.part, id_))
        self.link(SubjectLink(self._case, one.part, id_))

    def change(self, one: SubjectSaid, before: SealedSubject) -> None:
        assert one.content is not None  # noqa: S101  # what changes it
        key = SubjectKey(before.master, before.wrapped)
        self._changed.append(self._sealed(before.id, key, one.content, before.created))
        self._note(SubjectEventKind.CHANGED, SubjectLink(self._case, one.part, before.id))

    def link(self, link: SubjectLink) -> None:
        if link not in self._linked:
            self._linked.append(link)
            self._note(SubjectEventKind.LINKED, link)

    def unlink(self, link: SubjectLink) -> None:
        self._unlinked.append(link)
        self._note(SubjectEventKind.UNLINKED, link)

    def change_made(self) -> SubjectChange:
        return SubjectChange(
            master=self._keys.current,
            new=self._new,
            changed=self._changed,
            linked=self._linked,
            unlinked=self._unlinked,
            events=self._events,
        )

    def _sealed(self, id_: str, key: SubjectKey, content: SubjectContent, created: datetime) -> NewSubject:
        ciphertext = sealed(self._keys, id_, key, content)
        one = SealedSubject(id_, content.kind.value, created, ciphertext, key.master, key.wrapped)
        return NewSubject(one, tokens_of(self._keys.blind, content))

    def _note(self, kind: SubjectEventKind, link: SubjectLink) -> None:
        self._events.append(
            NewSubjectEvent(
                kind=kind,
                subject=link.subject,
                case=link.case,
                part=link.part,
                at=self._told.at,
                actor=self._told.actor,
            )
        )


def _checked(one: SubjectSaid, known: Mapping[str, SealedSubject]) -> None:
    """Raise SubjectRefused where a subject is not there, or has no such part."""
    if one.id is not None and one.id not in known:
        raise UnknownSubject
    kind = one.content.kind if one.content is not None else SubjectKind(known[one.id or ""].kind)
    if one.part not in PARTS_OF[kind]:
        raise OtherPart


def _is_same(one: SubjectSaid, link: SubjectLink, known: Subject) -> bool:
    """Tell whether what was said is linked so already."""
    if one.part != link.part or one.id not in (None, known.id):
        return False
    return one.content in (None, known.content)


def _rewrapped(keys: MasterKeys, one: SealedSubject) -> SealedSubject:
    key = rewrapped(keys, one.id, SubjectKey(one.master, one.wrapped))
    return one._replace(master=key.master, wrapped=key.wrapped)
