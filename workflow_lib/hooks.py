"""What a film has to do with the world outside: who is told of its runs, where it is published.

Set for all films in config.yaml and for one in its manifest, whose values go before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from workflow_lib import forms

Event = Literal["start", "success", "error"]

_PAGE = re.compile(r"([0-9a-fA-F]{8})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{12})$")

Name = Annotated[str, Field(min_length=1, max_length=100)]
Variable = Annotated[str, Field(pattern=forms.VARIABLE)]
Address = Annotated[str, Field(pattern=forms.ADDRESS)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Notion(_Part):
    """A page in Notion, and what its status is called when a run starts, has succeeded or has failed."""

    page: str | None = Field(None, description="The page of the film: its address or its id.")
    property: Name = Field("Status", description="The property of the page that is set.")
    kind: Literal["status", "select"] = Field("status", description="The property's type in Notion.")
    start: Name | None = Field("Video Processing", description="When a run starts; null: nothing is set.")
    success: Name | None = Field("Video Ready", description="When the film is built.")
    error: Name | None = Field("Video Error", description="When it could not be built.")

    @field_validator("page")
    @classmethod
    def _page_id(cls, page: str | None) -> str | None:
        if page is None:
            return None
        found = _PAGE.search(page.partition("?")[0].partition("#")[0].rstrip("/"))
        if found is None:
            raise ValueError("is no page of Notion: its address ends with an id of 32 letters and digits")
        return "-".join(found.groups()).lower()

    def status(self, event: Event) -> str | None:
        """What the status is called then; None where nothing is set."""
        name: str | None = getattr(self, event)
        return name


class Webhook(_Part):
    """An address to which a JSON document is posted."""

    url: Address | None = Field(None, description="The address, where it is no secret.")
    url_env: Variable | None = Field(None, description="In its place: the variable (also of .env) that holds it.")


class Notify(_Part):
    """Who is told when a run of a film starts, succeeds and fails."""

    notion: Notion | None = Field(None, description="A page of Notion, whose status is set.")
    webhook: Webhook | None = Field(None, description="An address to which a JSON document is posted.")
    desktop: bool = Field(False, description="A notification on this machine's desktop, at the end of a run.")


class Publish(_Part):
    """Where a film is published, and for how long its addresses hold."""

    to: str | None = Field(
        None,
        pattern=forms.BUCKET,
        description="The bucket, and a folder in it: s3://bucket/films, gs://bucket/films.",
    )
    endpoint_url: Address | None = Field(None, description="Of a service that speaks S3; null: Amazon's.")
    region: Annotated[str, Field(pattern=forms.REGION)] | None = Field(None, description="The bucket's region.")
    expires_days: float = Field(7, gt=0, le=7, description="How long signed addresses hold; no service signs longer.")


@dataclass(frozen=True, slots=True)
class Hooks:
    """All of it for one film; None: nobody, and nowhere."""

    notify: Notify | None = None
    publish: Publish | None = None


NONE = Hooks()


class _Says(Protocol):
    @property
    def notify(self) -> Notify | None: ...

    @property
    def publish(self) -> Publish | None: ...


def of(for_all: _Says, for_one: _Says) -> Hooks:
    """Those of one film, by the settings for all and by its manifest."""
    return Hooks(merged(for_all.notify, for_one.notify), merged(for_all.publish, for_one.publish))


_Model = TypeVar("_Model", bound=BaseModel)


def merged(for_all: _Model | None, for_one: _Model | None) -> _Model | None:
    """The settings of one film: what it sets itself, and for the rest what is set for all."""
    if for_all is None or for_one is None:
        return for_one or for_all
    values = _laid_over(for_all.model_dump(exclude_unset=True), for_one.model_dump(exclude_unset=True))
    return type(for_one).model_validate(values)


def _laid_over(below: dict[str, object], above: dict[str, object]) -> dict[str, object]:
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        result[key] = _laid_over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return result
