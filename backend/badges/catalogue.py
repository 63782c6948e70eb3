"""The three badges and their ranks (legacy notes, flow 8)."""

from dataclasses import dataclass

NO_RANK = "You don't have this badge yet."
TOP_RANK = "There is no higher rank for this badge."


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge. ``ranks``: what each rank is given for, from rank 1 on."""

    id: int
    name: str
    ranks: tuple[str, ...]

    def described(self, rank: int) -> str:
        """What a rank is given for. ``rank``: from 0, which nobody earns, to one above the highest."""
        if rank <= 0:
            return NO_RANK
        return self.ranks[rank - 1] if rank <= len(self.ranks) else TOP_RANK

    def image(self, rank: int) -> str:
        """Path of the image of a rank, on the web site."""
        return f"img/{self.name.lower().replace(' ', '_')}_{rank}.svg"


BADGES = (
    Badge(
        0,
        "Clockwork Scientist",
        tuple(
            f"Increase your activity by at least 1 every day, for {time}."
            for time in ("a week", "30 days", "a year")
        ),
    ),
    Badge(
        1,
        "Good News Everyone",
        (
            "Have at least one of your uploads achieve a Reach of at least 10",
            "Have at least one of your uploads achieve a Reach of at least 100",
            "Have at least one of your uploads of every category (data,flow,task,run)"
            " achieve a Reach of at least 100",
        ),
    ),
    Badge(
        2,
        "Team Player",
        (
            "Reuse a dataset, flow or task uploaded by someone who has reused a dataset, flow or task from you",
            "Reuse a dataset, flow or task from 10 people who have reused a dataset, flow or task from you",
        ),
    ),
)
