using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Failover.Returning;

/// <summary>What a cluster that came back has, against what it should have. Nothing is written to it, or deleted, before this was done.</summary>
/// <param name="Items">All objects that no other object controls: first those to scale down, then those to delete in the order of deletion, then the rest by name.</param>
/// <param name="Unread">What could not be read, as sentences. While there is any, nothing may be said to be fenced and no application returns.</param>
public sealed record ReturnComparison(string Cluster, IReadOnlyList<ReturnItem> Items, IReadOnlyList<string> Unread)
{
    /// <summary>What is done at once: scaled down first, then deleted.</summary>
    public IEnumerable<ReturnItem> Fence => Items.Where(i => i.Action is ReturnAction.ScaleToZero or ReturnAction.Delete);

    public IEnumerable<ReturnItem> Of(ReturnAction action) => Items.Where(i => i.Action == action);

    /// <summary>Everything was read, nothing is left that runs twice, and nothing waits for a person.</summary>
    public bool IsClean => Unread.Count == 0 && !Fence.Any() && !Of(ReturnAction.Hold).Any();

    /// <summary>The same for one application: what returns there meets nothing of its own past.</summary>
    public bool IsCleanFor(string application) => Unread.Count == 0 && Items.All(i => i.Application != application || i.Action is ReturnAction.Keep or ReturnAction.Foreign);

    /// <param name="expected">Of every application that Kairship knows, once.</param>
    public static ReturnComparison Of(string cluster, IReadOnlyList<ReturningObject> live, IReadOnlyList<ReturnExpectation> expected, IReadOnlyList<string>? unread = null)
    {
        var known = expected.ToDictionary(e => e.Application);
        var wanted = expected.Where(e => e.Objects is not null).ToDictionary(e => e.Application, e => e.Objects!.Select(o => o.Identity).ToHashSet());
        var items = live.Where(o => !o.IsControlled).DistinctBy(o => o.Ref.Identity).Select(o => Judge(o, known, wanted)).ToList();
        items.Sort(Compare);
        return new ReturnComparison(cluster, items, unread ?? []);
    }

    private static ReturnItem Judge(ReturningObject live, Dictionary<string, ReturnExpectation> known, Dictionary<string, HashSet<string>> wanted)
    {
        ReturnItem Say(ReturnAction action, string sentence) => new(live.Ref, live.Application, action, $"{live.Ref} {sentence}");
        if (live.Application is not { } name || !live.IsApplied)
        {
            return Say(ReturnAction.Foreign, live.Application is null ? "is not Kairship's." : $"carries the label of {live.Application}, and Kairship did not apply it.");
        }

        if (!known.TryGetValue(name, out var application))
        {
            return Say(ReturnAction.Hold, $"is of {name}, which Kairship does not know any more: was it removed while the cluster was away?");
        }

        if (live.Release > application.Release)
        {
            return Say(ReturnAction.Hold, $"was written by release {live.Release} of {name}, and Kairship knows of {application.Release} only: was its database set back?");
        }

        if (wanted.TryGetValue(name, out var objects))
        {
            return objects.Contains(live.Ref.Identity)
                ? Say(ReturnAction.Keep, $"belongs to {name} here.")
                : Left(live, application, Say, live.IsCanary ? $"is of a canary of {name} that is over" : $"is of an earlier revision of {name}");
        }

        return Left(live, application, Say, $"is of {name}, which is elsewhere now");
    }

    private static ReturnItem Left(ReturningObject live, ReturnExpectation application, Func<ReturnAction, string, ReturnItem> say, string why)
    {
        if (ApplyOrder.TakesOthersAlong(live.Ref))
        {
            return say(ReturnAction.Keep, $"{why}; others' objects would go with it.");
        }

        // A StatefulSet is never deleted: it is what finds its volumes again.
        if (live.Ref is { Group: "apps", Kind: "StatefulSet" } || (application.PurgeMode == PurgeMode.Never && live.Replicas is not null))
        {
            return live.Replicas == 0 ? say(ReturnAction.Keep, $"{why}; it runs nothing.") : say(ReturnAction.ScaleToZero, $"{why}; it would run twice.");
        }

        return live.Ref switch
        {
            { Group: "", Kind: "PersistentVolumeClaim" or "PersistentVolume" } => say(ReturnAction.Keep, $"{why}; data are never deleted here."),
            _ when application.PurgeMode == PurgeMode.Never && live.RunsPods =>
                say(ReturnAction.Hold, $"{why}; it would run twice, and the application lets nothing be deleted unasked (purgeMode Never)."),
            _ when application.PurgeMode == PurgeMode.Never => say(ReturnAction.Keep, $"{why}; the application lets nothing be deleted unasked (purgeMode Never)."),
            _ => say(ReturnAction.Delete, $"{why}."),
        };
    }

    private static int Compare(ReturnItem a, ReturnItem b)
    {
        var byRank = Rank(a.Action).CompareTo(Rank(b.Action));
        return byRank != 0 ? byRank : a.Action == ReturnAction.Delete ? ApplyOrder.Compare(b.Ref, a.Ref) : ApplyOrder.Compare(a.Ref, b.Ref);
    }

    private static int Rank(ReturnAction action) => action switch
    {
        ReturnAction.ScaleToZero => 0,
        ReturnAction.Delete => 1,
        ReturnAction.Hold => 2,
        ReturnAction.Keep => 3,
        _ => 4,
    };
}
