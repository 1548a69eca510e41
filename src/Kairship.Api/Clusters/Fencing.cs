using System.Text.Json.Serialization;

namespace Kairship.Api.Clusters;

/// <summary>Whether it is certain that a lost cluster runs nothing any more: what must not run twice is moved away from it only then.</summary>
/// <param name="Loss">Which loss: the number of the transition. Null: it is not lost.</param>
/// <param name="State">"NotLost", "Unknown", "Confirmed" or "Returned".</param>
/// <param name="By">Who confirmed it: a key's name, or a hook's URL.</param>
/// <param name="How">What was done.</param>
public sealed record FencingInfo(string Cluster, long? Loss, string State, string? By = null, DateTimeOffset? At = null, string? How = null)
{
    /// <summary>Applications for which their own hook has confirmed this loss, where nobody has for all; null: none.</summary>
    public IReadOnlyList<FencedApplication>? Applications { get; init; }
}

/// <param name="By">The hook's URL.</param>
/// <param name="How">What the hook answered.</param>
public sealed record FencedApplication(string Application, string By, DateTimeOffset At, string How);

/// <summary>Says that a lost cluster runs nothing any more.</summary>
/// <param name="How">"powered off in the rack"; 1,000 characters at most.</param>
/// <param name="Loss">The loss that the person saw; null: the present one.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ConfirmFencedRequest(string How, long? Loss = null);
