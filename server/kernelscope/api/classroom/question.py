"""One question to the class: will a weight go up or down in the next step?"""

from collections import Counter

from kernelscope.api.classroom.messages import AskMessage, Tally, TruthMessage, VoteMessage, Way
from kernelscope.impossible import Impossible

MOST_VOTERS = 2000
"""Answers that one question takes. Whoever has answered can still change their mind."""


class Question:
    """A question and its answers. Who has answered is known here only, so that nobody answers twice."""

    def __init__(self, number: int, asked: AskMessage) -> None:
        self.number = number
        self.asked = asked
        self.open = True
        self._truth: tuple[float, float] | None = None
        self._answers: dict[str, Way] = {}
        self._tally = Counter[Way]()

    def vote(self, voter: str, vote: VoteMessage) -> None:
        """Count an answer in place of the voter's earlier one.

        Raises:
            Impossible: the question is closed, or has been replaced; or it has too many answers already.
        """
        self._require(vote.question)
        if not self.open:
            raise Impossible("question_closed", "the question is closed")
        if voter not in self._answers and len(self._answers) >= MOST_VOTERS:
            raise Impossible("voters", f"at most {MOST_VOTERS} answers are counted", most=MOST_VOTERS)
        if earlier := self._answers.get(voter):
            self._tally[earlier] -= 1
        self._answers[voter] = vote.answer
        self._tally[vote.answer] += 1

    def resolve(self, truth: TruthMessage) -> None:
        """Take what the step has made of the weight, and no more answers.

        Raises:
            Impossible: it is the truth about another question.
        """
        self._require(truth.question)
        self.open = False
        self._truth = truth.before, truth.after

    def seen_by(self, voter: str | None) -> Tally:
        """Return the question as this voter sees it."""
        before, after = self._truth or (None, None)
        return Tally(
            number=self.number,
            **self.asked.model_dump(include={"experiment", "lane", "run", "step"}),
            weight=self.asked.weight,
            open=self.open,
            up=self._tally["up"],
            down=self._tally["down"],
            mine=self._answers.get(voter) if voter else None,
            before=before,
            after=after,
        )

    def _require(self, number: int) -> None:
        if number != self.number:
            raise Impossible(
                "other_question", f"expected question {self.number}, got {number}", number=self.number, got=number
            )
