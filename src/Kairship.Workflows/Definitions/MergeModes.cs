using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Definitions;

/// <summary>
/// Elsa's <c>customProperties.mergeMode</c>: how an activity that is no FlowJoin (which says it in its mode) joins its incoming connections. None and Stream go on when what
/// is under way has come: WaitAllActive. Merge waits for all connections but those that close a loop: WaitAll. Converge counts those too, which can only be kept where there
/// are none: then it is Merge. Race takes the first and cancels the others: WaitAny. Cascade (a run for each token) is refused.
/// </summary>
internal static class MergeModes
{
    private const string Property = "mergeMode";

    public static JoinMode? Read(Compilation run, JsonObject json, string id, ActivityDescriptor descriptor)
    {
        var value = (json["customProperties"] as JsonObject)?[Property];
        if (value is null || FlowchartSemantics.IsJoin(descriptor))
        {
            return null;
        }

        switch (DefinitionJson.Text(value)?.ToUpperInvariant())
        {
            case "" or "NONE":
                return null;
            case "STREAM":
                return JoinMode.WaitAllActive;
            case "MERGE" or "CONVERGE":
                return JoinMode.WaitAll;
            case "RACE":
                return JoinMode.WaitAny;
            case "CASCADE":
                run.Error(id, $"customProperties.{Property}", ProblemCode.MergeMode,
                    $"'{id}' would run once for each connection that brings a token (Cascade), which is not supported: give each connection an activity of its own, or use Stream.");
                return null;
            default:
                run.Error(id, $"customProperties.{Property}", ProblemCode.MergeMode,
                    $"There is no merge mode {value.ToJsonString()}: it is one of None, Stream, Merge, Converge, Race.");
                return null;
        }
    }

    public static bool IsConverge(JsonObject json, ActivityDescriptor descriptor) =>
        !FlowchartSemantics.IsJoin(descriptor)
        && string.Equals(DefinitionJson.Text((json["customProperties"] as JsonObject)?[Property]), "Converge", StringComparison.OrdinalIgnoreCase);
}
