using Kairship.Api.Releases;

namespace Kairship.EndToEnd.Tests.Losses;

/// <summary>What can be seen of the way back.</summary>
/// <param name="Stale">What was left in the cluster when it came back: uids.</param>
internal sealed record ReturnSight(LossStage Stage, IReadOnlySet<string> Stale, IReadOnlyList<ReleaseInfo> Failbacks)
{
    public int Wanted => Stage.Wanted.Count;

    /// <summary>How many Deployments that were left are there still.</summary>
    public int Left => Stage.LostCluster.Store.List("apps", "deployments").Count(d => Stale.Contains(d["metadata"]!["uid"]!.ToString()));

    public int Back => Stage.LostCluster.Store.List("apps", "deployments").Count - Left;
}

/// <summary>A moment in the return of a whole cluster at which the server dies.</summary>
internal sealed record ReturnPoint(string Name, Func<ReturnSight, bool> IsReached)
{
    public static IReadOnlyList<ReturnPoint> All { get; } =
    [
        new("a part is fenced", s => s.Left > 0 && s.Left < s.Wanted),
        new("the first steps are taken", s => s.Back > 0 && !s.Failbacks.Any(r => r.IsOver)),
        new("a part is back for good, others are on their way", s => s.Failbacks.Any(r => r.Status == "Succeeded") && s.Failbacks.Any(r => !r.IsOver)),
        new("all are back, nothing is told", s => s.Failbacks.Count == s.Wanted && s.Failbacks.All(r => r.Status == "Succeeded")),
    ];
}
