using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;

namespace Kairship.Delivery.Failover;

/// <summary>What becomes of one application now.</summary>
public enum FailoverVerdict
{
    /// <summary>Its failover begins now.</summary>
    Go,

    /// <summary>Its failover begins now, and asks people before anything is written.</summary>
    Ask,

    /// <summary>Later: the rate, the brake, or somebody who holds it.</summary>
    Wait,

    /// <summary>It must not run twice, and nobody has made sure that the lost cluster runs nothing.</summary>
    Fence,

    /// <summary>It bears the loss, for a time or for ever.</summary>
    Tolerate,

    /// <summary>No other cluster may take it, or has room.</summary>
    Nowhere,

    /// <summary>Where else it may be it is already, with all that it should have there.</summary>
    Nothing,

    /// <summary>It is being moved already.</summary>
    UnderWay,
}

/// <summary>One application in the order.</summary>
/// <param name="From">The lost clusters that it is moved away from; those whose loss it bears are not among them.</param>
/// <param name="Lost">How many of its replicas are there.</param>
/// <param name="Sentence">Why.</param>
/// <param name="At">When to look again, where that is known: a toleration that ends, a place in the rate.</param>
/// <param name="Decision">Where it would go; null where nothing was decided.</param>
/// <param name="Hook">With <see cref="FailoverVerdict.Fence"/>: the hook to ask; null: a person.</param>
/// <param name="Preempts">Who loses the application to this failover: its canary is brought back to stable first, where that can be reached.</param>
public sealed record FailoverItem(
    string Application, int Priority, FailoverVerdict Verdict, IReadOnlyList<string> From, int Lost, string Sentence, DateTimeOffset? At = null,
    PlacementDecision? Decision = null, FenceHook? Hook = null, string? Preempts = null)
{
    /// <summary>The lost clusters that it is in, or was being brought to: those that it leaves, and those whose loss it bears.</summary>
    public IReadOnlyList<string> Touched { get; init; } = [];

    /// <summary>With <see cref="FailoverVerdict.UnderWay"/>: why it would not begin any more, as it must not run twice. null: nothing is against it.</summary>
    public string? Unfenced { get; init; }

    /// <summary>Clusters that it keeps away from as long as there is another place: they came back, and it does not trust them again.</summary>
    public IReadOnlyList<string> Avoids { get; init; } = [];

    /// <summary>What its failover asks of the placement, where one begins (<see cref="FailoverVerdict.Go"/>, <see cref="FailoverVerdict.Ask"/>).</summary>
    public PlacementChange ToChange() => new(ReleaseKind.Failover, Sentence) { Lost = From, Alternative = Decision?.Alternative, Avoids = Avoids };
}

/// <summary>All applications of lost clusters, in the order in which they go.</summary>
/// <param name="LookAgainAt">The first time at which something may be otherwise; null: only when something happens.</param>
public sealed record FailoverOrder(IReadOnlyList<FailoverItem> Items, DateTimeOffset? LookAgainAt)
{
    public IEnumerable<FailoverItem> Of(FailoverVerdict verdict) => Items.Where(i => i.Verdict == verdict);
}
