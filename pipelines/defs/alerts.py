"""When people are told: as the job goes, in whatever way it was started, so that a night without a daemon is told of as well."""

import dagster as dg

from pipelines.instance import Instance
from pipelines.notify.messages import of_failure, of_plan
from pipelines.notify.tell import tell, tell_news
from pipelines.transform.build import Build

PLANNED_BY = "lay_out_inputs"


def alert_hooks(instance: Instance) -> set[dg.HookDefinition]:
    """Hooks of the job: late and refused deliveries are told when the plan is made, a failure when a step fails."""

    @dg.success_hook(name="tell_what_is_late_or_refused")
    def planned(context: dg.HookContext) -> None:
        if context.op.name == PLANNED_BY:
            build = Build(instance.build / context.run_id)
            tell_news(instance, of_plan(build.plan()), context.log.warning)

    @dg.failure_hook(name="tell_of_a_failure")
    def failed(context: dg.HookContext) -> None:
        error = context.op_exception
        sentence = getattr(error, "description", None) or str(error) or type(error).__name__
        tell(instance, of_failure(context.op.name, sentence, context.run_id), context.log.warning)

    return {planned, failed}
