using Kairship.EndToEnd.Tests.Processes;
using Kairship.Simulator.Faults;

namespace Kairship.EndToEnd.Tests.Losses;

/// <summary>A moment in the failover of a whole cluster at which the server dies.</summary>
/// <param name="Fault">How the cluster is lost.</param>
/// <param name="Reach">Looks until it has come to that point.</param>
internal sealed record LossPoint(string Name, int Applications, FaultSettings Fault, Func<LossStage, Task<bool>> Reach)
{
    private static readonly FaultSettings Refused = new() { Unreachable = true };
    private static readonly FaultSettings Dropped = new() { Unreachable = true, Drop = true };
    private static readonly FaultSettings Frozen = new() { Frozen = true };

    public static IReadOnlyList<LossPoint> All { get; } =
    [
        new("detected", 20, Frozen, async stage =>
        {
            using var client = stage.Server.Connect();
            return (await client.GetClusterAsync(LossStage.Lost)).Condition!.Ready != "True";
        }),
        new("ten have begun", 30, Refused, async stage => (await stage.FailoversAsync()).Count >= 10),
        new("a third is applied", 100, Refused, stage => Task.FromResult(stage.Left().Count(a => a.Value.Specified == stage.Wanted[a.Key]) >= stage.Wanted.Count / 3)),
        new("half are healthy", 20, Dropped, async stage => (await stage.FailoversAsync()).Count(r => r.Status == "Succeeded") >= stage.Wanted.Count / 2),
        new("all are healthy, nothing is reported", 20, Refused, async stage => (await stage.FailoversAsync()).Count(r => r.Status == "Succeeded") == stage.Wanted.Count),
    ];

    /// <summary>Null: the usual one.</summary>
    public TimeSpan? LookTimeout => Fault.Frozen || Fault.Drop ? LossStage.SilentLookTimeout : null;

    public async Task ReachAsync(LossStage stage)
    {
        stage.LostCluster.Faults.Set(Fault);
        await Patience.UntilAsync(() => Reach(stage), () => $"it did not come to the point: {Name}\n{stage.Server.Tail()}", look: TimeSpan.FromMilliseconds(5));
    }
}
