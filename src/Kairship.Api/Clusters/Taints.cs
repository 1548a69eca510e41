using System.Text.Json.Serialization;

namespace Kairship.Api.Clusters;

/// <summary>What keeps applications away from a cluster, or drives them out.</summary>
/// <param name="Effect">"NoSchedule", "NoExecute" or "PreferNoSchedule".</param>
/// <param name="ByCondition">It comes and goes with the cluster's condition; nobody sets or removes it.</param>
public sealed record TaintInfo(string Key, string? Value, string Effect, DateTimeOffset? TimeAdded = null, bool ByCondition = false)
{
    /// <summary>"key=value:Effect", as kubectl writes it.</summary>
    public override string ToString() => $"{Key}{(string.IsNullOrEmpty(Value) ? "" : $"={Value}")}:{Effect}";
}

/// <summary>First some taints go, then some come. One with the key and effect of another replaces it.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ChangeTaintsRequest(IReadOnlyList<TaintToSet>? Set = null, IReadOnlyList<TaintToRemove>? Remove = null);

/// <param name="Effect">"NoSchedule", "NoExecute" or "PreferNoSchedule".</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TaintToSet(string Key, string Effect, string? Value = null);

/// <param name="Effect">Null: all of the key.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TaintToRemove(string Key, string? Effect = null);
