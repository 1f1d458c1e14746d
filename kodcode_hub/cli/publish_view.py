"""What ``kodcode publish`` and ``kodcode rollback`` show."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console

from kodcode_hub.hub.plan import PublishPlan
from kodcode_hub.hub.publish import PublishResult
from kodcode_hub.hub.rollback import RollbackResult

_FILES_SHOWN = 20


class PublishView:
    """The plan and the steps, a line each, on standard error."""

    def __init__(self, console: Console) -> None:
        """Write to a console."""
        self._console = console

    def planned(self, plan: PublishPlan) -> None:
        """Show what is going to be done."""
        for line in plan_lines(plan):
            self._console.print(line)

    def doing(self, what: str) -> None:
        """Show a step."""
        self._console.print(f"{what} ...")


def show_publish(result: PublishResult) -> None:
    """The result on standard output."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    plan = result.plan
    if result.dry_run:
        console.print(f"dry run: nothing was sent; without --dry-run {_intention(plan)}")
        return
    sent = f"{len(result.sent)} files, {sum(result.sent.values()) / 1e6:,.2f} MB sent"
    if result.pull_request is not None:
        console.print(f"{plan.tag} of {plan.repo} is proposed and verified: {result.pull_request.url} ({sent})")
    else:
        console.print(f"{plan.tag} of {plan.repo} is published, verified and tagged: {result.commit} ({sent})")
    if plan.tagged is not None and plan.tagged != plan.parent:
        console.print(
            f"main has moved on since; kodcode rollback --repo {plan.repo} --to {plan.tag} brings {plan.tag} back"
        )


def show_rollback(result: RollbackResult) -> None:
    """The result on standard output."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    done = "now holds" if result.changed else "already held"
    console.print(f"{result.repo} {done} the files of {result.to}: {result.commit}")


def plan_lines(plan: PublishPlan) -> Iterator[str]:
    """The plan in words."""
    yield f"{plan.repo}: release {plan.release.manifest.version}, tag {plan.tag}"
    if plan.tagged is not None:
        yield f"already published as {plan.tagged}; it is verified again"
        return
    yield "the repository is made first" if plan.parent is None else f"on commit {plan.parent}"
    changes = plan.changes
    for file in changes.new[:_FILES_SHOWN]:
        yield f"  send    {file.path} ({file.bytes:,} bytes)"
    if len(changes.new) > _FILES_SHOWN:
        yield f"  ... and {len(changes.new) - _FILES_SHOWN} more"
    yield from (f"  keep    {file.path} (the bytes are there already)" for file in changes.known[:_FILES_SHOWN])
    yield from (f"  delete  {path}" for path in changes.deleted)
    yield f"{len(changes.new)} files to send, {plan.bytes_new / 1e6:,.2f} MB new"
    if plan.diff is not None:
        rows = plan.diff.rows
        yield f"rows: {rows.added} added, {rows.removed} removed, {rows.changed} changed"
        if columns := plan.diff.columns:
            yield f"columns: {columns.as_json()}"


def _intention(plan: PublishPlan) -> str:
    if plan.tagged is not None:
        return "it would be verified again"
    return "it would be committed, verified and tagged" if plan.changes else "it would be verified and tagged"
