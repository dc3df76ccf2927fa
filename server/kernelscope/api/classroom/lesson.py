"""What a class shares: what the teacher's page shows and points at, the question, and who follows.

The server keeps only the newest of each, and tells every page the newest it doesn't know yet. So whoever comes late or
comes back follows at once, and a page that reads slowly skips what has been replaced.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pydantic import BaseModel

from kernelscope.api.classroom.messages import (
    AskMessage,
    AttendanceMessage,
    ClassGreeting,
    LeadMessage,
    LessonMessage,
    PointedMessage,
    PointMessage,
    QuestionMessage,
    VoteMessage,
)
from kernelscope.api.classroom.question import Question
from kernelscope.hosting.refusals import Crowded
from kernelscope.impossible import Impossible
from kernelscope.stream.channel import Channel
from kernelscope.studies.subject import Subject

NO_QUESTION = Impossible("no_question", "the class has not been asked anything")
NO_VOTER = Impossible(
    "no_voter", "an answer needs a cookie, so that nobody is counted twice: allow cookies for this page, and reload it"
)


class Member:
    """One page of the class.

    Attributes:
        leads: whether it is the teacher's, which the others follow.
        counts: whether it is a student's.
        voter: whose answers its answers are; None: its browser keeps no cookie, and could answer twice.
        wanders: whether it looks around by itself.
        news: set when there may be something to tell it.
    """

    def __init__(self, visitor: str | None, *, teacher: bool, watches: bool) -> None:
        self.leads = teacher and not watches
        self.counts = not teacher
        self.voter = visitor
        self.wanders = False
        self.news = asyncio.Event()
        self.news.set()
        self.told: dict[str, int] = {}


class Lesson:
    """The state of one class.

    Args:
        most: the number of students' pages that may take part at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._members: set[Member] = set()
        self._shown: LessonMessage | None = None
        self._pointed: PointedMessage | None = None
        self._pointing: Member | None = None
        self._question: Question | None = None
        self._questions = 0
        self._unhear: Callable[[], None] = lambda: None
        self._numbers = dict.fromkeys(self._topics, 0)
        self._numbers["class"] = 1  # it never changes
        self._numbers["question"] = 1  # pages that were there before a restart of the server may still show one

    @property
    def _topics(self) -> dict[str, Callable[[Member], BaseModel | None]]:
        """What pages are told, by topic, in this order; None: nothing."""
        return {
            "class": lambda member: ClassGreeting(leads=member.leads, votes=member.counts),
            "attendance": self._attendance,
            "lesson": lambda member: None if member.leads else self._shown,
            "question": self._asked,
            "pointed": lambda member: None if member.leads else self._pointed,
        }

    @property
    def experiment(self) -> str | None:
        """The id of the experiment that the teacher's page shows; None: it hasn't said."""
        return self._shown.experiment if self._shown else None

    def forget(self, experiment: str) -> None:
        """Lead nobody to an experiment any more, because it has been deleted."""
        if self.experiment == experiment:
            self._shown = None

    @contextmanager
    def attended(self, member: Member) -> Iterator[None]:
        """Take part for as long as the block lasts.

        Raises:
            Crowded: it is a student's, and as many of these take part as may.
        """
        if member.counts and len(self._students) >= self._most:
            raise Crowded(self._most, "take part in this class")
        self._members.add(member)
        self._changed("attendance")
        try:
            yield
        finally:
            self._members.discard(member)
            self._changed("attendance")
            if member is self._pointing:
                self.point(member, PointMessage(type="point", at=None))

    def take(self, member: Member) -> list[str]:
        """Return the messages that a page has not been told yet."""
        texts = []
        for topic, message in self._topics.items():
            number = self._numbers[topic]
            if member.told.get(topic, 0) != number:
                member.told[topic] = number
                if said := message(member):
                    texts.append(said.model_dump_json(by_alias=True))
        return texts

    def lead(self, message: LeadMessage) -> None:
        """Show the class what the teacher's page shows."""
        self._shown = LessonMessage(experiment=message.experiment, settings=message.settings)
        self._changed("lesson")

    def wander(self, member: Member, wanders: bool) -> None:
        """Note whether a page looks around by itself."""
        member.wanders = wanders
        self._changed("attendance")

    def point(self, member: Member, message: PointMessage) -> None:
        """Show the class what the teacher points at, for as long as the page that points takes part."""
        self._pointing = member if message.at else None
        self._pointed = PointedMessage(at=message.at)
        self._changed("pointed")

    def ask(self, message: AskMessage, channel: Channel) -> None:
        """Ask the class a question, in place of the previous one. The experiment's channel will tell the answer."""
        self._questions += 1
        self._question = Question(self._questions, message)
        self.hear(channel)
        self._changed("question")

    @property
    def awaits(self) -> str | None:
        """The id of the experiment whose next step answers the question; None: there is no such question."""
        question = self._question
        return question.asked.experiment if question and question.awaited else None

    def hear(self, channel: Channel) -> None:
        """Learn from a channel of the experiment that `awaits` names what its step does."""
        self._unhear()
        question = self._open_question

        def hear(subject: Subject, text: str) -> None:
            if subject == question.subject:
                question.learn(text)
                if not question.awaited:
                    channel.listeners.discard(hear)
                    self._changed("question")

        channel.listeners.add(hear)
        self._unhear = lambda: channel.listeners.discard(hear)
        if found := channel.findings.get(question.subject):
            hear(question.subject, found.text)

    def vote(self, member: Member, message: VoteMessage) -> None:
        """Count a page's answer.

        Raises:
            Impossible: there is no such question, or it is closed; or who answers is not known.
        """
        if member.voter is None:
            raise NO_VOTER
        self._open_question.vote(member.voter, message)
        self._changed("question")

    def close(self) -> None:
        """Take no more answers.

        Raises:
            Impossible: there is no question.
        """
        self._open_question.open = False
        self._changed("question")

    def dismiss(self) -> None:
        """Put the question away."""
        self._unhear()
        self._question = None
        self._changed("question")

    @property
    def _students(self) -> list[Member]:
        return [member for member in self._members if member.counts]

    @property
    def _open_question(self) -> Question:
        if self._question is None:
            raise NO_QUESTION
        return self._question

    def _changed(self, topic: str) -> None:
        self._numbers[topic] += 1
        for member in self._members:
            member.news.set()

    def _attendance(self, member: Member) -> BaseModel | None:
        if not member.leads:
            return None
        students = self._students
        wandering = sum(one.wanders for one in students)
        return AttendanceMessage(following=len(students) - wandering, wandering=wandering)

    def _asked(self, member: Member) -> BaseModel:
        return QuestionMessage(question=self._question.seen_by(member.voter) if self._question else None)
