using System.Text.Json;
using Kairship.Delivery.Documents;
using Kairship.Delivery.Placement;
using Kairship.Fleet.Clusters;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Failover.Drills;

/// <summary>Which drill holds a cluster for lost, and until when at most.</summary>
/// <param name="Instance">The workflow instance whose drill it is: when that is over, so is the mark.</param>
internal sealed record DrillMark(string Cluster, string Drill, string Instance, DateTimeOffset Since, DateTimeOffset Until)
{
    /// <summary>
    /// What people see on a cluster that a drill holds for lost. Nothing is broken by it, and it ends the drill's hold when somebody takes it away: kairship cluster untaint NAME kairship.io/drill.
    /// </summary>
    public const string Taint = "kairship.io/drill";
}

/// <summary>
/// Clusters that a drill holds for lost. The mark is kept for all nodes, is seen as a taint, and goes whatever becomes of its drill: with the workflow instance, with its time, or with the taint.
/// </summary>
internal sealed partial class DrillMarks(
    IDocumentStore documents, ClusterRegistry clusters, IWorkflowStore workflows, TimeProvider time, ILogger<DrillMarks> logger) : BackgroundService
{
    private const string Kind = "drill-mark";
    private const int Most = 100;

    /// <summary>How soon other nodes know.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    // One after the other: an older reading must not undo a newer one.
    private readonly SemaphoreSlim reading = new(1);
    private volatile HashSet<string> held = [];

    /// <summary>Whether looks take the cluster as one that does not answer, by what this node last read.</summary>
    public bool Holds(string cluster) => held.Contains(cluster);

    /// <summary>The same by what is kept now, whichever node put the mark.</summary>
    public async Task<bool> HoldsNowAsync(string cluster, CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        return Holds(cluster);
    }

    public override void Dispose()
    {
        reading.Dispose();
        base.Dispose();
    }

    /// <summary>False: another drill holds it.</summary>
    public async Task<bool> PutAsync(DrillMark mark, CancellationToken cancellationToken)
    {
        if (!await documents.PutAsync(Kind, mark.Cluster, JsonSerializer.Serialize(mark, Json), 0, mark.Since, cancellationToken)
            && (await FindAsync(mark.Cluster, cancellationToken))?.Mark.Drill != mark.Drill)
        {
            return false;
        }

        // First the mark, then the taint: what is seen can be taken back.
        await clusters.ChangeTaintsAsync(
            mark.Cluster, before => [.. before.Where(t => t.Key != DrillMark.Taint), new Taint(DrillMark.Taint, TaintEffect.NoSchedule, null, mark.Since)], cancellationToken);
        await RefreshAsync(cancellationToken);
        return true;
    }

    /// <summary>Takes a drill's mark away; again does no harm.</summary>
    public async Task RemoveAsync(string cluster, string drill, CancellationToken cancellationToken)
    {
        if (await FindAsync(cluster, cancellationToken) is { } found && found.Mark.Drill == drill)
        {
            // First the taint: while there is a mark, somebody comes back for it.
            await clusters.ChangeTaintsAsync(cluster, before => before.Any(t => t.Key == DrillMark.Taint) ? [.. before.Where(t => t.Key != DrillMark.Taint)] : null, cancellationToken);
            await documents.DeleteAsync(Kind, cluster, found.Version, cancellationToken);
            await RefreshAsync(cancellationToken);
        }
    }

    /// <summary>Takes away the marks whose drills are over, and reads the others.</summary>
    internal async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            held = await ReadAsync(cancellationToken);
        }
        finally
        {
            reading.Release();
        }
    }

    private async Task<HashSet<string>> ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var holding = new HashSet<string>(StringComparer.Ordinal);
        foreach (var document in await documents.ListAsync(Kind, Most, cancellationToken))
        {
            var mark = JsonSerializer.Deserialize<DrillMark>(document.Body, Json)!;
            var isSeen = (await clusters.GetAsync(mark.Cluster, cancellationToken))?.Taints.Any(t => t.Key == DrillMark.Taint) == true;
            var isRunning = mark.Until > now && await workflows.GetInstanceAsync(mark.Instance, cancellationToken) is { Status: not (InstanceStatus.Finished or InstanceStatus.Faulted or InstanceStatus.Cancelled) };
            if (isRunning && isSeen)
            {
                holding.Add(mark.Cluster);
            }
            else if (!isRunning)
            {
                Ended(mark.Drill, mark.Cluster);
                await clusters.ChangeTaintsAsync(mark.Cluster, before => [.. before.Where(t => t.Key != DrillMark.Taint)], cancellationToken);
                await documents.DeleteAsync(Kind, mark.Cluster, document.Version, cancellationToken);
            }
        }

        return holding;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await RefreshAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotRead(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<(DrillMark Mark, long Version)?> FindAsync(string cluster, CancellationToken cancellationToken) =>
        await documents.FindAsync(Kind, cluster, cancellationToken) is { } found ? (JsonSerializer.Deserialize<DrillMark>(found.Body, Json)!, found.Version) : null;

    [LoggerMessage(LogLevel.Warning, "Drill {Drill} is over without having let {Cluster} go: that is done now")]
    private partial void Ended(string drill, string cluster);

    [LoggerMessage(LogLevel.Error, "Which clusters drills hold for lost could not be read")]
    private partial void NotRead(Exception exception);
}
