using System.Text.Json.Nodes;
using Kairship.Server.Elsa.Definitions.Layout;
using Kairship.Server.Problems;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>Outcomes as Elsa's clients take them.</summary>
internal static class DefinitionAnswers
{
    public static IResult Json<T>(T value) => TypedResults.Json(value, ElsaJson.Options);

    /// <summary>As it is opened: what nobody has drawn yet is shown at places of its own.</summary>
    public static IResult Whole(DefinitionRecord version, HttpContext context)
    {
        var json = DefinitionView.Whole(version, WorkflowRightsOf.Caller(context.User));
        var registry = context.RequestServices.GetRequiredService<ActivityRegistry>();
        AutoLayout.Apply(json, type => registry.TryGet(type, out var activity) ? activity.Descriptor : null);
        return Json(json);
    }

    public static IResult NotFound(string definitionId) => Refusal.NotFound($"There is no such version of workflow '{RouteText.Id(definitionId)}'.").ToResult();

    public static IResult Saved(DefinitionResult result, WorkflowDefinition? document, HttpContext context, bool publish, int consumers = 0)
    {
        if (!result.Succeeded)
        {
            return Refused(result, document);
        }

        var written = document ?? WorkflowDefinition.Parse(result.Definition!.Json);
        return Json(new SavedDefinition(
            DefinitionView.Whole(result.Definition!, WorkflowRightsOf.Caller(context.User)), publish && result.Outcome == DefinitionOutcome.Unchanged, consumers,
            ProblemTexts.Errors(result.Problems, written)));
    }

    /// <summary>What stands against it, as the designer shows it.</summary>
    public static IResult Refused(DefinitionResult result, WorkflowDefinition? document)
    {
        var reason = result.Reason ?? "That cannot be done.";
        switch (result.Outcome)
        {
            case DefinitionOutcome.NotFound:
                return Refusal.NotFound(reason).ToResult();
            case DefinitionOutcome.Conflict or DefinitionOutcome.InUse:
                return Refusal.Conflict(reason).Shown();
            case DefinitionOutcome.ReadOnly:
                return Refusal.Forbidden(reason).Shown();
            default:
                var about = document ?? (result.Definition is { } definition ? WorkflowDefinition.Parse(definition.Json) : null);
                var errors = about is null ? result.Problems.Where(p => p.IsError).Select(p => p.Message) : ProblemTexts.Errors(result.Problems, about).Select(e => e.Message);
                return ElsaRefusals.Shown(reason, [.. errors]);
        }
    }

    public static IResult Malformed(DefinitionFormatException wrong) =>
        ElsaRefusals.Shown(wrong.Problem.Message);
}
