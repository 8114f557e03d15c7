"""Topics that several people share. Each of them has a topic of their own for it, with their own entries."""

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, union
from sqlalchemy.orm import aliased

from scrapbook.model.records import TopicMember
from scrapbook.store.changes import Changes
from scrapbook.store.prepared import Prepared
from scrapbook.store.tables import PersonRow, TopicMemberRow, TopicRow
from scrapbook.store.unit_of_work import UnitOfWork

_OWNER, _MEMBER = aliased(PersonRow), aliased(PersonRow)
_TOPIC, _MEMBER_TOPIC = aliased(TopicRow), aliased(TopicRow)

# Everybody with whom a topic is shared which the person shares, or which is shared with them.
_CONCERNING = Prepared(
    lambda _: (
        select(
            TopicMemberRow.id,
            TopicMemberRow.person_id,
            _OWNER.name.label("person"),
            TopicMemberRow.topic_id,
            _TOPIC.name.label("topic"),
            TopicMemberRow.member_id,
            _MEMBER.name.label("member"),
            TopicMemberRow.member_topic_id,
            _MEMBER_TOPIC.name.label("member_topic"),
            TopicMemberRow.created_at,
        )
        .join(_OWNER, _OWNER.id == TopicMemberRow.person_id)
        .join(_MEMBER, _MEMBER.id == TopicMemberRow.member_id)
        .join(_TOPIC, _TOPIC.id == TopicMemberRow.topic_id)
        .join(_MEMBER_TOPIC, _MEMBER_TOPIC.id == TopicMemberRow.member_topic_id)
        .where(
            TopicMemberRow.topic_id.in_(
                union(
                    select(TopicMemberRow.topic_id).where(TopicMemberRow.person_id == bindparam("person_id")),
                    select(TopicMemberRow.topic_id).where(TopicMemberRow.member_id == bindparam("person_id")),
                )
            )
        )
        .order_by(TopicMemberRow.id)
    )
)


@dataclass(frozen=True, slots=True)
class OthersTopic:
    """The topic that another person has for one that is shared. ``person`` is their name."""

    topic_id: int
    person_id: int
    person: str


class JoinedTopics:
    """Whose entries a person reads under a topic of their own, within one transaction.

    Every query that shows entries of others asks it, so that nobody reads on when sharing has ended.
    """

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._known: dict[int, builtins.list[TopicMember]] = {}
        self._known_in = work.epoch

    def members(self, person_id: int) -> builtins.list[TopicMember]:
        """Return everybody who shares a topic that the person shares, or that is shared with them."""
        if self._known_in != self._work.epoch:
            self._known.clear()
            self._known_in = self._work.epoch
        if person_id not in self._known:
            found = _CONCERNING.records(self._work.connection, person_id=person_id)
            self._known[person_id] = [TopicMember(**row) for row in found]
        return self._known[person_id]

    def of(self, person_id: int) -> Mapping[int, Sequence[OthersTopic]]:
        """Return the topics of others, by the id of the topic that the person has for them."""
        joined: dict[int, Sequence[OthersTopic]] = {}
        groups: dict[int, dict[int, OthersTopic]] = {}
        for one in self.members(person_id):
            group = groups.setdefault(one.topic_id, {})
            group[one.person_id] = OthersTopic(one.topic_id, one.person_id, one.person)
            group[one.member_id] = OthersTopic(one.member_topic_id, one.member_id, one.member)
        for group in groups.values():
            mine = group.pop(person_id)
            joined[mine.topic_id] = tuple(group.values())
        return joined


class TopicMembers:
    """The people with whom topics are shared, within one transaction."""

    def __init__(self, work: UnitOfWork, changes: Changes, joined: JoinedTopics) -> None:
        self._work = work
        self._changes = changes
        self._joined = joined

    def add(self, person_id: int, topic_id: int, member_id: int, member_topic_id: int, at: datetime) -> None:
        """Share a topic of the person with a member, who has ``member_topic_id`` for it."""
        row = insert(TopicMemberRow).values(
            person_id=person_id,
            topic_id=topic_id,
            member_id=member_id,
            member_topic_id=member_topic_id,
            created_at=at,
        )
        member = self._work.session.execute(row.returning(TopicMemberRow.id)).scalar_one()
        self._work.begin_epoch()
        self._changes.added(TopicMemberRow, member, person_id)

    def concerning(self, person_id: int) -> builtins.list[TopicMember]:
        """Return everybody who shares a topic that the person shares, or that is shared with them."""
        return self._joined.members(person_id)

    def others_topics(self, person_id: int) -> builtins.list[OthersTopic]:
        """Return the topics of others whose entries the person reads."""
        return [other for some in self._joined.of(person_id).values() for other in some]

    def remove(self, member: TopicMember) -> None:
        """End the sharing of a topic with a member.

        It stays ended: what was written since is meant for nobody else. So undo finds the change that is
        being recorded, and has nothing to restore.
        """
        self._work.session.execute(delete(TopicMemberRow).where(TopicMemberRow.id == member.id))
        self._work.begin_epoch()
        self._changes.keep()
