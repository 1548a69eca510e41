using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Kairship.Workflows.Activities;

/// <summary>An instance that an activity wants started.</summary>
public sealed record ChildStart
{
    /// <summary>The same on every attempt, see <see cref="IdOf"/>: it is what makes the start happen once.</summary>
    public required string InstanceId { get; init; }
    public required string DefinitionId { get; init; }

    /// <summary>A version by its own id; null: the published one.</summary>
    public string? VersionId { get; init; }
    public JsonObject Input { get; init; } = [];
    public string? CorrelationId { get; init; }

    /// <summary>The key of the stimulus that tells the parent; null: the child's id. One key for many children makes one bookmark of many.</summary>
    public string? Key { get; init; }

    /// <summary>Comes back in the stimulus as "tag".</summary>
    public string? Tag { get; init; }

    /// <summary>The parent waits for the child's end, not only for its start.</summary>
    public bool Waits { get; init; }

    /// <summary>The id of a child of an execution: the same after every crash, unlike all others.</summary>
    public static string IdOf(string executionId, int index = 0) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"child:{index}:{executionId}"))[..16]);
}
