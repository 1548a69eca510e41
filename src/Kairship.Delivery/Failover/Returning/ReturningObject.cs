using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Failover.Returning;

/// <summary>One live object of a cluster that came back, as far as the comparison wants to know it.</summary>
/// <param name="Application">Whose it is by its label; null: it has none.</param>
/// <param name="IsApplied">Kairship is among the managers of its fields: the label alone could be a copy.</param>
/// <param name="Replicas">spec.replicas of a workload that has them.</param>
/// <param name="Release">The number of the release that wrote it last; null: it does not say so.</param>
/// <param name="IsControlled">Another object controls it and takes it along.</param>
public sealed record ReturningObject(ObjectRef Ref, string? Application, bool IsApplied, int? Replicas = null, int? Release = null, bool IsControlled = false)
{
    public bool IsCanary { get; init; }

    /// <summary>It has pods, or makes them.</summary>
    public bool RunsPods { get; init; }

    /// <param name="manager">The field manager that Kairship applies with.</param>
    /// <exception cref="ManifestException">A workload's spec.replicas is not a whole number.</exception>
    public static ReturningObject From(Manifest live, string manager)
    {
        var metadata = live.Json["metadata"] as JsonObject;
        var labels = metadata?["labels"] as JsonObject;
        return new ReturningObject(
            live.Ref,
            labels?[KairshipLabels.Application]?.ToString(),
            (metadata?["managedFields"] as JsonArray ?? []).OfType<JsonObject>().Any(m => m["manager"]?.ToString() == manager && m["operation"]?.ToString() == "Apply"),
            WorkloadKey.HasReplicas(live.Ref) ? WorkloadKey.Replicas(live) : null,
            NumberOf((metadata?["annotations"] as JsonObject)?[KairshipLabels.Release]?.ToString()),
            (metadata?["ownerReferences"] as JsonArray ?? []).OfType<JsonObject>().Any(o => o["controller"] is JsonValue value && value.TryGetValue<bool>(out var controls) && controls))
        {
            IsCanary = labels?[KairshipLabels.Track]?.ToString() == KairshipLabels.Canary,
            RunsPods = PodTemplates.Specs(live.Json).Any(),
        };
    }

    // "storefront-7": application and number.
    private static int? NumberOf(string? release) =>
        release?.LastIndexOf('-') is >= 0 and var dash && int.TryParse(release.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>What an application should have in the cluster now, by the plan of its last release.</summary>
/// <param name="Objects">What it should have there; null: it is not placed there (any more).</param>
/// <param name="Release">The number of its last release, however that ended. Numbers only grow: what a later one wrote, Kairship has forgotten.</param>
public sealed record ReturnExpectation(string Application, IReadOnlyList<ObjectRef>? Objects, PurgeMode PurgeMode, int Release);

public enum ReturnAction
{
    /// <summary>It belongs there, or does no harm there. Whether it is as it was released is the drift's business.</summary>
    Keep,

    /// <summary>It has been taken over elsewhere: scaled to nothing, so that its data stay.</summary>
    ScaleToZero,

    /// <summary>It has been taken over elsewhere, or belongs to nothing that is released.</summary>
    Delete,

    /// <summary>A person has to decide.</summary>
    Hold,

    /// <summary>Not Kairship's: never touched.</summary>
    Foreign,
}

/// <param name="Sentence">Why.</param>
public sealed record ReturnItem(ObjectRef Ref, string? Application, ReturnAction Action, string Sentence);
