using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers;

/// <summary>Events go an hour after they happened for the last time, as the API server lets them.</summary>
internal sealed class EventExpiry(ControlContext context) : Controller(context)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly ObjectKey All = new("", "events", null, "");

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "", Plural: "events" } && change.Type == ChangeType.Added)
        {
            Enqueue(All, Lifetime);
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        TimeSpan? next = null;
        var now = Clock.GetUtcNow();
        foreach (var each in Store.List("", "events"))
        {
            var happened = each["series"]?["lastObservedTime"].Time() ?? each["lastTimestamp"].Time() ?? each["eventTime"].Time() ?? each["metadata"]!["creationTimestamp"].Time() ?? now;
            var left = happened + Lifetime - now;
            if (left <= TimeSpan.Zero)
            {
                Store.Delete(new ObjectKey("", "events", each.NamespaceOf(), each.NameOf()), each.UidOf());
            }
            else if (next is null || left < next)
            {
                next = left;
            }
        }

        return next;
    }
}
