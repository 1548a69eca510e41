using Kairship.Server.Elsa.Executions;

namespace Kairship.Server.Elsa;

/// <summary>Elsa counts the workflow itself among its activities, as the one around the root; the engine does not.</summary>
internal static class WorkflowRoot
{
    /// <summary>Its activity id, and the node id that all others begin with.</summary>
    public const string Id = "Workflow1";

    public const string Type = "Elsa.Workflow";

    /// <summary>The id of its one execution.</summary>
    public static string ExecutionId(string instanceId) => ExecutionPicture.RootIdOf(instanceId);
}
