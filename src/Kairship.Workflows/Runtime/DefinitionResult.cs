using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

public enum DefinitionOutcome
{
    Done,

    /// <summary>It was so already: nothing was written.</summary>
    Unchanged,

    /// <summary>It does not compile, so it is not published: see the problems.</summary>
    Invalid,

    /// <summary>Somebody else has changed it since: <see cref="DefinitionResult.Definition"/> is what is there now.</summary>
    Conflict,
    NotFound,

    /// <summary>It is shipped with the server and edited there.</summary>
    ReadOnly,

    /// <summary>Instances that are not over need it.</summary>
    InUse,
}

/// <summary>What a change of a definition came to.</summary>
/// <param name="Definition">The version that was written, or the one that stands in the way.</param>
/// <param name="Problems">What the validator found, warnings too.</param>
/// <param name="Reason">For people, when nothing was done.</param>
public sealed record DefinitionResult(
    DefinitionOutcome Outcome, DefinitionRecord? Definition, IReadOnlyList<DefinitionProblem> Problems, string? Reason = null)
{
    public bool Succeeded => Outcome is DefinitionOutcome.Done or DefinitionOutcome.Unchanged;

    /// <summary>The version that was published when this change was made; null when none was. Exactly that one: the change was made only because it still was.</summary>
    public DefinitionRecord? PublishedBefore { get; init; }
}

/// <summary>A draft to save.</summary>
public sealed record SaveDraft
{
    /// <summary>Matches whatever is there: the draft of somebody else is overwritten.</summary>
    public const string Anything = "*";

    /// <summary>The definition, or a save request <c>{model, publish}</c> as Elsa Studio sends it.</summary>
    public required string Json { get; init; }

    /// <summary>Which definition, when the document does not say or something else; null with a document that says nothing makes a new one.</summary>
    public string? DefinitionId { get; init; }

    /// <summary>Publishes in the same step; null: as the document's save request says.</summary>
    public bool? Publish { get; init; }

    /// <summary>The content hash of the version that was edited, or <see cref="Anything"/>. When null, the version id in the document counts; a document
    /// that has none cannot replace a draft.</summary>
    public string? Expected { get; init; }
}

/// <summary>Who brings a definition.</summary>
public enum ImportSource
{
    /// <summary>The server's own folder: may replace read-only definitions.</summary>
    Folder,

    /// <summary>A person or a program over the API: may not, and cannot make one read-only.</summary>
    Caller,
}
