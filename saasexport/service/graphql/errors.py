"""What is wrong with a question."""

from typing import Any


class QuestionError(Exception):
    """What is wrong with a question, in words for whoever asked."""

    def __init__(self, message: str, extensions: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.extensions = extensions or {"classification": "ValidationError", "errorMessage": message}
