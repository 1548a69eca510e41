using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities;

/// <summary>
/// An activity that can start a workflow. Asked when a definition is compiled, for each such activity at the top level that has <c>canStartWorkflow</c>; what it answers is
/// stored when the definition is published, and <see cref="Runtime.WorkflowRuntime.PublishAsync"/> starts an instance for each stored stimulus that matches.
/// </summary>
public interface ITrigger
{
    /// <summary>What starts the workflow at this activity. <paramref name="scope"/> has the defaults of variables and inputs; there is no instance yet.</summary>
    /// <exception cref="ExpressionException">An input cannot be evaluated, or is not what it must be: told as a problem of the definition.</exception>
    IReadOnlyList<TriggerStimulus> Stimuli(ActivityNode node, IExpressionScope scope);
}

/// <summary>One stimulus that starts a workflow, with what whoever sends it must know (a schedule's interval, an endpoint's options).</summary>
public sealed record TriggerStimulus(StimulusKey Key, JsonObject? Data = null);

/// <summary>Inputs as a trigger reads them.</summary>
public static class TriggerInputs
{
    /// <summary>An input evaluated; null when the definition leaves it out.</summary>
    /// <exception cref="ExpressionException">It cannot be evaluated before an instance exists.</exception>
    public static JsonNode? Evaluate(this ActivityNode node, string input, IExpressionScope scope) =>
        node.Inputs.TryGetValue(input, out var expression) ? expression.Evaluate(scope) : node.PlainInputs.GetValueOrDefault(input)?.DeepClone();
}
