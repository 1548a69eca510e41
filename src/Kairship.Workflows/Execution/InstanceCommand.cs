using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kairship.Workflows.Execution;

/// <summary>What an operator tells an instance to do. It travels through the inbox, so it is durable, ordered and applied once; what cannot be applied is a
/// line in the journal and changes nothing else.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Pause), "pause")]
[JsonDerivedType(typeof(Resume), "resume")]
[JsonDerivedType(typeof(Cancel), "cancel")]
[JsonDerivedType(typeof(Retry), "retry")]
[JsonDerivedType(typeof(Skip), "skip")]
[JsonDerivedType(typeof(SetVariable), "set")]
[JsonDerivedType(typeof(Migrate), "migrate")]
internal abstract record InstanceCommand
{
    private InstanceCommand()
    {
    }

    internal sealed record Pause : InstanceCommand;

    internal sealed record Resume : InstanceCommand;

    /// <param name="Cascades">A parent was cancelled. Only another cancel of an operator ends an instance that is compensating at once.</param>
    internal sealed record Cancel(bool Cascades = false) : InstanceCommand;

    /// <param name="Target">An execution id, an activity id or name; null: everything that faulted.</param>
    internal sealed record Retry(string? Target = null) : InstanceCommand;

    /// <param name="Outcomes">What it leaves by; null: "Done".</param>
    internal sealed record Skip(string Target, List<string>? Outcomes = null) : InstanceCommand;

    /// <param name="ExecutionId">Where to look from, outwards; null: the workflow's variables, then the only execution that has one of that name.</param>
    internal sealed record SetVariable(string Variable, string? ExecutionId, JsonNode? Value) : InstanceCommand;

    /// <summary>Go on as another version of the definition.</summary>
    internal sealed record Migrate(string VersionId) : InstanceCommand
    {
        /// <summary>Ids of activities that have another one in that version.</summary>
        public Dictionary<string, string>? Activities { get; init; }
    }
}
