"""One question to the class: will a weight go up or down in the next step?"""

import json
from collections import Counter

from kernelscope.api.classroom.messages import AskMessage, Tally, VoteMessage, Way
from kernelscope.impossible import Impossible
from kernelscope.studies.life import LifeSubject
from kernelscope.studies.subject import Subject

MOST_VOTERS = 2000
"""Answers that one question takes. Whoever has answered can still change their mind."""


class Question:
    """A question and its answers. Who has answered is known here only, so that nobody answers twice.

    Attributes:
        subject: the study that tells what becomes of the weight.
        open: whether it takes answers.
        missed: whether what the step did to the weight will not be known any more.
    """

    def __init__(self, number: int, asked: AskMessage) -> None:
        self.number = number
        self.asked = asked
        self.subject: Subject = LifeSubject(asked.weight)
        self.open = True
        self.missed = False
        self._before: float | None = None
        self._after: float | None = None
        self._answers: dict[str, Way] = {}
        self._tally = Counter[Way]()

    @property
    def awaited(self) -> bool:
        """Whether the step is still to be made."""
        return self._after is None and not self.missed

    def vote(self, voter: str, vote: VoteMessage) -> None:
        """Count an answer in place of the voter's earlier one.

        Raises:
            Impossible: the question is closed, or has been replaced; or it has too many answers already.
        """
        if vote.question != self.number:
            raise Impossible(
                "other_question",
                f"expected question {self.number}, got {vote.question}",
                number=self.number,
                got=vote.question,
            )
        if not self.open:
            raise Impossible("question_closed", "the question is closed")
        if voter not in self._answers and len(self._answers) >= MOST_VOTERS:
            raise Impossible("voters", f"at most {MOST_VOTERS} answers are counted", most=MOST_VOTERS)
        if earlier := self._answers.get(voter):
            self._tally[earlier] -= 1
        self._answers[voter] = vote.answer
        self._tally[vote.answer] += 1

    def learn(self, text: str) -> None:
        """Learn from a `found` message about the subject what has become of the weight. After the step, close.

        The value before the step is learnt before it: of a long run not every step is kept.
        """
        found = json.loads(text)
        asked, step = self.asked, found["step"]
        if found["run"] != asked.run:
            if found["run"] > asked.run:  # somebody has reset it
                self.missed, self.open = True, False
            return
        life = found["payload"]["lanes"].get(asked.lane) or {"steps": [], "values": []}
        values = dict(zip(life["steps"], life["values"], strict=True))
        if self._before is None:
            self._before = values.get(asked.step)
        if step is None or step <= asked.step:
            return
        self._after = values.get(asked.step + 1)
        self.open = False
        self.missed = self._before is None or self._after is None

    def seen_by(self, voter: str | None) -> Tally:
        """Return the question as this voter sees it."""
        told = not self.awaited and not self.missed
        return Tally(
            number=self.number,
            **self.asked.model_dump(include={"experiment", "lane", "run", "step"}),
            weight=self.asked.weight,
            open=self.open,
            up=self._tally["up"],
            down=self._tally["down"],
            mine=self._answers.get(voter) if voter else None,
            before=self._before if told else None,
            after=self._after if told else None,
            missed=self.missed,
        )
