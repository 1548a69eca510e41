using System.Text.Json.Nodes;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers;

/// <summary>What the controllers of one cluster share.</summary>
internal sealed record ControlContext(ObjectStore Store, ClusterIndex Index, TimeProvider Clock, ClusterFaults Faults, ControlOptions Options)
{
    public WorkQueue Queue { get; } = new(Clock);

    public EventRecorder Events { get; } = new(Store, Clock);

    /// <summary>A suffix of five letters and digits, as generated names have.</summary>
    public static string Suffix()
    {
        const string letters = "bcdfghjklmnpqrstvwxz2456789";
        return string.Create(5, letters, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = from[Random.Shared.Next(from.Length)];
            }
        });
    }

    /// <summary>Whether the namespace takes new objects: it exists and is not being deleted.</summary>
    public bool IsOpen(string? ns) => ns is null || Store.Get(new ObjectKey("", "namespaces", null, ns)) is { } found && !found.IsDeleting();
}

/// <summary>What the simulated control plane needs to know of its cluster.</summary>
internal sealed record ControlOptions
{
    /// <summary>Time from a start of a pod until it is ready, where no annotation says otherwise.</summary>
    public TimeSpan PodReadyAfter { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Time that containers take to end after they are told to, where no annotation says otherwise.</summary>
    public TimeSpan PodEndsAfter { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Silence of a node's kubelet after which its state is unknown.</summary>
    public TimeSpan NodeMonitorGrace { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>Time from a change until the controllers act on it.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>PEM of the cluster's CA, published as ConfigMap kube-root-ca.crt in each namespace.</summary>
    public string CaPem { get; init; } = "";
}

/// <summary>
/// One controller: told of each change under the store's lock (it only takes note), then asked on the cluster's loop to bring one object to
/// where its spec wants it. Reconciling an object twice, or too often, changes nothing.
/// </summary>
internal abstract class Controller(ControlContext context)
{
    protected ControlContext Context => context;

    protected ObjectStore Store => context.Store;

    protected ClusterIndex Index => context.Index;

    protected TimeProvider Clock => context.Clock;

    /// <summary>Notes the objects that a change makes worth a look. Quick; must not write.</summary>
    public abstract void Observe(ObjectChange change);

    /// <summary>Brings one object forward.</summary>
    /// <returns>When to look again although nothing changed; null for never.</returns>
    public abstract TimeSpan? Reconcile(ObjectKey key);

    /// <summary>A fault switch moved.</summary>
    public virtual void FaultsChanged()
    {
    }

    /// <summary>Writes the status that was worked out from what was read, where it differs; where somebody has written another one since, it is worked out again.</summary>
    protected void WriteStatus(ObjectKey key, JsonObject read, JsonObject status)
    {
        if (JsonNode.DeepEquals(status, read.StatusOf()))
        {
            return;
        }

        var isOld = false;
        Store.Update(
            key,
            now =>
            {
                isOld = !JsonNode.DeepEquals(now.StatusOf(), read.StatusOf());
                now["status"] = status;
                return isOld ? null : now;
            },
            status: true);
        if (isOld)
        {
            Enqueue(key);
        }
    }

    protected void Enqueue(ObjectKey key) => context.Queue.Add(new Work(this, key));

    protected void Enqueue(ObjectKey key, TimeSpan after) => context.Queue.Add(new Work(this, key), after);
}
