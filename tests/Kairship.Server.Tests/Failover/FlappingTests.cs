using Kairship.Delivery.Failover;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Failover;

/// <summary>Two of four clusters are lost and come back in turn, again and again, while applications may return by themselves.</summary>
public sealed class FlappingTests
{
    private const int Losses = 3;

    /// <summary>It may be in these two only.</summary>
    private const string Pair = "pair";
    private static readonly TimeSpan Stabilisation = TimeSpan.FromSeconds(3);
    private static readonly string[] Flapping = ["east", "west"];
    private static readonly string[] All = ["east", "north", "south", "west"];

    /// <summary>What it takes to notice a loss, to decide and to start pods elsewhere, on a busy machine.</summary>
    private static readonly TimeSpan Shortage = TimeSpan.FromSeconds(12);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoClustersFlapInTurn_NothingIsHandedToAndFro_AndAllIsBackWhenItIsOver()
    {
        // Both may be lost at once, as far as the brake is concerned; and a loss is noticed in less time than it takes to be trusted again.
        await using var stage = await FailoverStage.StartAsync(
            services => services.AddSingleton(new BrakeOptions { ShareLimit = 0.5 }).AddSingleton(FailoverStage.Quick with { LookTimeout = TimeSpan.FromMilliseconds(1200) }), All);
        var wanted = new Dictionary<string, int> { ["shop"] = 8, ["books"] = 4, ["news"] = 6, [Pair] = 4 };
        await stage.ReleaseAsync("shop", All, wanted["shop"], Automatic);
        await stage.ReleaseAsync("books", ["east", "north"], wanted["books"], Automatic);
        await stage.ReleaseAsync("news", ["east", "south", "west"], wanted["news"], Automatic);
        await stage.ReleaseAsync(Pair, Flapping, wanted[Pair], Automatic);
        var before = await PlacesAsync(stage, wanted.Keys);
        await using var watch = ReadyWatch.Start(stage.Fleet, wanted);

        for (var loss = 1; loss <= Losses; loss++)
        {
            foreach (var cluster in Flapping)
            {
                stage.Fleet[cluster].Faults.Unreachable = true;
                await stage.ReadyAsync(cluster, isReady: false);
                await Eventually.HoldsAsync(async () => (await PlacesAsync(stage, wanted.Keys)).All(p => !p.Value.Contains(cluster)), $"all have left {cluster} at its loss {loss}", () => StoryAsync(stage, wanted.Keys));
                stage.Fleet[cluster].Faults.Heal();
                await stage.ReadyAsync(cluster, isReady: true);
                await Eventually.HoldsAsync(async () => (await stage.Admin.GetReturnAsync(cluster, Token)).State == "Clean", $"{cluster} was compared");
            }
        }

        await Eventually.HoldsAsync(async () => (await stage.Admin.ListReleasesAsync("shop", cancellationToken: Token)).Items[0].Kind == nameof(ReleaseKind.Failback), "it returns when both are trusted", () => StoryAsync(stage, wanted.Keys));
        await Eventually.HoldsAsync(async () => (await PlacesAsync(stage, wanted.Keys)).All(p => p.Value == before[p.Key]), "all are back at their origins", () => StoryAsync(stage, wanted.Keys));
        await stage.FailoversEndAsync();
        var histories = new Dictionary<string, IReadOnlyList<ClusterTransition>>();
        foreach (var cluster in Flapping)
        {
            histories[cluster] = [.. (await stage.Server.Services.GetRequiredService<IClusterHealthStore>().HistoryAsync(cluster, 100, Token)).Reverse()];
            LossesOf(histories[cluster]).Should().HaveCount(Losses, "all losses of {0} were real", cluster);
        }

        foreach (var application in wanted.Keys)
        {
            await VerifyAsync(stage, application, histories);
        }

        foreach (var (application, longest) in await watch.EndAsync())
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"{application}: {longest.TotalSeconds:0.0} s with fewer than wanted, {await CountAsync(stage, application, ReleaseKind.Failover)} failovers, {await CountAsync(stage, application, ReleaseKind.Failback)} failbacks");
            longest.Should().BeLessThan(Shortage, "{0} is without its replicas no longer than a failover takes", application);
        }

        await Eventually.HoldsAsync(() => Task.FromResult(wanted.All(w => ReadyWatch.Ready(stage.Fleet, w.Key) == w.Value && ReadyWatch.Pods(stage.Fleet, w.Key) == w.Value)), "each runs as often as it wants, and no pod more");
    }

    private static string Automatic => $"{{failback: {{mode: automatic, stabilisation: {Stabilisation.TotalMilliseconds:0}ms, steps: [50]}} }}";

    /// <summary>
    /// It goes to a cluster that was lost only when FlapDamping trusts that again, by a failback or by a failover that has another place: so at most once for each time that a cluster was well for so long, and it leaves each
    /// of the two at most once, and once more after each time that it came. Who has no other place goes where it can.
    /// </summary>
    private static async Task VerifyAsync(FailoverStage stage, string application, Dictionary<string, IReadOnlyList<ClusterTransition>> histories)
    {
        var damping = new FlapDamping();
        var releases = (await stage.Delivery.ListReleasesAsync(application, 0, 100, Token)).Items.Reverse().ToList();
        var there = (await stage.Delivery.GetPlanAsync(releases[0].Id, Token))!.Targets.Select(t => t.Cluster).ToList();
        foreach (var release in releases.Skip(1))
        {
            var targets = (await stage.Delivery.GetPlanAsync(release.Id, Token))?.Targets.Select(t => t.Cluster).ToList() ?? there;
            foreach (var cluster in Flapping.Except(there).Intersect(targets).Where(_ => application != Pair || release.Kind == ReleaseKind.Failback))
            {
                var past = histories[cluster].Where(t => t.At <= release.RequestedAt).ToList();
                var trusted = damping.TrustedAt(Stabilisation, LossesOf(past), past.FindLast(t => t.To == ConditionStatus.True)!.At, release.RequestedAt);
                (trusted <= release.RequestedAt).Should().BeTrue("{0} ({1}) goes to {2} at {3:O}, which is trusted from {4:O} on", release.Id, release.Kind, cluster, release.RequestedAt, trusted);
            }

            there = release.Status == ReleaseStatus.Succeeded ? targets : there;
        }

        var most = application == Pair ? Flapping.Length * Losses : Flapping.Length + histories.Values.Sum(h => Trusted(h, damping));
        releases.Count(r => r.Kind == ReleaseKind.Failover).Should().BeInRange(1, most, "{0} leaves a cluster at most once for each time that it came", application);
        releases.Count(r => r.Kind == ReleaseKind.Failback).Should().BeInRange(1, 1 + histories.Values.Sum(h => Trusted(h, damping)), "{0} returns at most once for each time that a cluster was trusted", application);
    }

    /// <summary>How often it was well for so long that it was trusted, and lost again.</summary>
    private static int Trusted(IReadOnlyList<ClusterTransition> history, FlapDamping damping) => history.Where((t, i) =>
        t.To == ConditionStatus.True && i + 1 < history.Count && LossesOf(history.Take(i)) is { Count: > 0 } losses && damping.TrustedAt(Stabilisation, losses, t.At, history[i + 1].At) <= history[i + 1].At).Count();

    private static IReadOnlyList<DateTimeOffset> LossesOf(IEnumerable<ClusterTransition> history) => [.. history.Where(t => t.From == ConditionStatus.True && t.To != ConditionStatus.True).Select(t => t.At)];

    private static async Task<Dictionary<string, string>> PlacesAsync(FailoverStage stage, IEnumerable<string> applications)
    {
        var places = new Dictionary<string, string>();
        foreach (var application in applications)
        {
            places[application] = await stage.PlaceAsync(application);
        }

        return places;
    }

    private static async Task<int> CountAsync(FailoverStage stage, string application, ReleaseKind kind) =>
        (await stage.Delivery.ListReleasesAsync(application, 0, 100, Token)).Items.Count(r => r.Kind == kind);

    private static async Task<string> StoryAsync(FailoverStage stage, IEnumerable<string> applications)
    {
        var lines = new List<string>();
        foreach (var application in applications)
        {
            lines.Add($"{application} at {await stage.PlaceAsync(application)}");
            lines.AddRange((await stage.Delivery.ListReleasesAsync(application, 0, 100, Token)).Items.Select(r => $"  {r.RequestedAt:HH:mm:ss.fff} {r.Id} {r.Kind} {r.Status} {r.Change?.Cause} {r.Reason}"));
        }

        return string.Join('\n', lines);
    }
}
