"""What is noted and told as the job goes, in whatever way it was started: a night without a daemon is told of as well."""

import dagster as dg

from pipelines.instance import Instance
from pipelines.last_run import note
from pipelines.notify.messages import of_failure, of_plan
from pipelines.notify.tell import tell, tell_news
from pipelines.transform.build import Build

FIRST, PLANNED_BY, LAST = "archive", "lay_out_inputs", "release"


def job_hooks(instance: Instance) -> set[dg.HookDefinition]:
    """Hooks of the job: late and refused deliveries are told when the plan is made, a failure when a step fails."""

    @dg.success_hook(name="note_and_tell")
    def went_well(context: dg.HookContext) -> None:
        step = context.op.name
        if step == FIRST:
            note(instance, context.run_id, "began")
        if step == PLANNED_BY:
            plan = Build(instance.build / context.run_id).plan()
            if plan["is_unchanged"] or plan["held"]:
                note(instance, context.run_id, "unchanged", plan["held"] or "")
            if plan["is_of_today"]:  # what was late on a past day is no news
                tell_news(instance, of_plan(plan), context.log.warning)
        if step == LAST:
            note(instance, context.run_id, "released")

    @dg.failure_hook(name="note_and_tell_of_a_failure")
    def failed(context: dg.HookContext) -> None:
        error = context.op_exception
        sentence = getattr(error, "description", None) or str(error) or type(error).__name__
        note(instance, context.run_id, "failed", f"step {context.op.name}: {sentence}")
        tell(instance, of_failure(context.op.name, sentence, context.run_id), context.log.warning)

    return {went_well, failed}
