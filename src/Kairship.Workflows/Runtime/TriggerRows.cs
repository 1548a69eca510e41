using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <summary>The triggers of a version as the store keeps them.</summary>
internal static class TriggerRows
{
    /// <summary>None while the version is not published or does not compile.</summary>
    public static IReadOnlyList<TriggerRecord> Of(DefinitionRecord definition, WorkflowGraph? graph, DateTimeOffset publishedAt) =>
        !definition.IsPublished || graph is null
            ? []
            : [.. graph.Triggers.Select(t => new TriggerRecord(
                definition.DefinitionId, definition.VersionId, t.ActivityId, t.Stimulus.Key.Name, t.Stimulus.Key.Key, StimulusHash.Of(t.Stimulus.Key),
                t.Stimulus.Data?.ToJsonString(), publishedAt))];
}
