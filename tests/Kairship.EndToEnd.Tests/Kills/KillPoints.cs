namespace Kairship.EndToEnd.Tests.Kills;

/// <summary>A moment in the life of a release at which the server dies.</summary>
/// <param name="Reach">Drives the release there, from before it is ordered.</param>
/// <param name="AgainAfter">Kills it again that long after each new start, ready or not.</param>
internal sealed record KillPoint(string Name, Func<KillScene, Task> Reach, params int[] AgainAfter);

/// <summary>The moments, in the order of a release: by what is asked of the API, by what it tells, by what is in the clusters, and in between by time.</summary>
internal static class KillPoints
{
    public static IReadOnlyList<KillPoint> All { get; } =
    [
        // Asked for, not planned yet.
        new("order in flight", async s => { s.BeginOrder(); await WaitAsync(4); }),
        new("order in flight, 15 ms", async s => { s.BeginOrder(); await WaitAsync(15); }),
        new("order answered", s => s.OrderAsync()),
        new("60 ms after the order", async s => { await s.OrderAsync(); await WaitAsync(60); }),
        new("planned", async s => { await s.OrderAsync(); await s.SeeEventAsync("Planned"); }),

        // The gate.
        new("approval asked", async s => { await s.OrderAsync(); await s.SeeEventAsync("ApprovalRequested"); }),
        new("asleep at the gate", async s => { await s.OrderAsync(); await s.SeeAsync(d => d.PendingApproval is not null); await WaitAsync(400); }, 300),
        new("decision in flight", async s => { await s.OrderAsync(); await s.BeginDecisionAsync(); await WaitAsync(2); }),
        new("decision in flight, 12 ms", async s => { await s.OrderAsync(); await s.BeginDecisionAsync(); await WaitAsync(12); }),
        new("decision answered", async s => { await s.OrderAsync(); await s.ApproveAsync(); }),
        new("approved", s => GoAsync(s, () => s.SeeEventAsync("Approved"))),

        // First wave.
        new("first canary object in the first cluster", s => GoAsync(s, () => s.SeeInsideAsync("east", d => d.Keys.Any(k => k.EndsWith("-canary", StringComparison.Ordinal))))),
        new("weight 25 applied", s => GoAsync(s, () => s.SeeEventAsync("CanaryWeight"))),
        new("waiting for the canary", s =>
        {
            s.HoldBack("east");
            return GoAsync(s, () => s.SeeClusterAsync("east", c => c is { Phase: "Canary", Weight: 25, Health: "Progressing", Ready: > 0 }));
        }),
        new("observing the canary", s => GoAsync(s, () => s.SeeClusterAsync("east", c => c is { Phase: "Canary", Weight: 25, Health: "Healthy" }), 120)),
        new("first step observed", s => GoAsync(s, () => s.SeeEventAsync("Observed"))),
        new("weight 50 applied", s => GoAsync(s, () => s.SeeEventAsync("CanaryWeight", 2)), 1200, 400),
        new("promoting the first cluster", s => GoAsync(s, () => s.SeeClusterAsync("east", c => c.Phase == "Promoting"))),
        new("stable objects of the first cluster changed", s => GoAsync(s, () => s.SeeInsideAsync("east", d => Image(d["web"]).EndsWith(s.Revision, StringComparison.Ordinal)))),
        new("canary gone from the first cluster", s => GoAsync(s, () => s.SeeInsideAsync(
            "east", d => Image(d["web"]).EndsWith(s.Revision, StringComparison.Ordinal) && d.Keys.All(k => !k.EndsWith("-canary", StringComparison.Ordinal))))),
        new("first cluster promoted", s => GoAsync(s, () => s.SeeEventAsync("Promoted"))),

        // Second wave, two clusters.
        new("first canary object in the second wave", s => GoAsync(s, () => s.SeeInsideAsync("north", d => d.Keys.Any(k => k.EndsWith("-canary", StringComparison.Ordinal))))),
        new("second wave at 50", s => GoAsync(s, () => s.SeeEventAsync("CanaryWeight", 4))),
        new("second cluster promoted", s => GoAsync(s, () => s.SeeEventAsync("Promoted", 2))),
        new("last cluster promoted", s => GoAsync(s, () => s.SeeEventAsync("Promoted", 3))),
        new("over", s => GoAsync(s, () => s.SeeAsync(d => d.Release.IsOver))),

        // By the journal of the workflow, and by time.
        new("journal 20", s => GoAsync(s, () => s.SeeJournalAsync(20))),
        new("journal 45", s => GoAsync(s, () => s.SeeJournalAsync(45))),
        new("700 ms after the approval", s => GoAsync(s, () => WaitAsync(700))),
        new("1500 ms after the approval", s => GoAsync(s, () => WaitAsync(1500)), 250, 700),
    ];

    /// <summary>Orders, approves, and goes on to the point.</summary>
    private static async Task GoAsync(KillScene scene, Func<Task> point, int thenAfter = 0)
    {
        await scene.OrderAsync();
        await scene.ApproveAsync();
        await point();
        await WaitAsync(thenAfter);
    }

    // Points in between the told ones: where the release is then differs from run to run, and must not matter.
    public static Task WaitAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System);

    private static string Image(System.Text.Json.Nodes.JsonNode deployment) => deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.ToString();
}
