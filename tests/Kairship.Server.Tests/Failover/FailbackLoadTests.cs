using Kairship.Api;
using Kairship.Api.Releases;
using Kairship.Api.Scaling;
using Kairship.Delivery.Releases;
using Kairship.Simulator.Faults;

namespace Kairship.Server.Tests.Failover;

/// <summary>Applications come back to a cluster in steps while people release and scale them, and while another cluster is slow and fails one request in twenty.</summary>
public sealed class FailbackLoadTests
{
    private const string Automatic = "{failback: {mode: automatic, stabilisation: 1s, steps: [25, 50]} }";
    private const string Elastic = "elastic";
    private const int Replicas = 8;
    private const int Grown = 14;
    private static readonly string[] All = ["east", "north", "west"];
    private static readonly string[] Released = ["early", "one", "two", "three"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FailbackUnderLoad_KeepsWhatIsAskedWaiting_AndEndsWell()
    {
        await using var stage = await FailoverStage.StartAsync(All);
        await Task.WhenAll(Released.Select(a => stage.ReleaseAsync(a, All, Replicas, Automatic)).Append(stage.ReleaseAsync(Elastic, All, Replicas, Automatic, more: "scaling: {min: 4, max: 20}")));
        var before = (await Task.WhenAll(Released.Select(async a => (Application: a, Place: await stage.PlaceAsync(a))))).ToDictionary(p => p.Application, p => p.Place);
        stage.Fleet["west"].Faults.Unreachable = true;
        foreach (var application in Released.Append(Elastic))
        {
            await stage.MovesAsync(application, "east 4, north 4");
        }

        stage.Fleet["north"].Faults.Set(new FaultSettings { LatencyMilliseconds = 60, JitterMilliseconds = 40, ErrorRate = 0.05 });
        stage.Fleet["west"].Faults.Heal();

        // A rolling update takes a quarter of the pods away at most.
        await using var watch = ReadyWatch.Start(stage.Fleet, Released.Append(Elastic).ToDictionary(a => a, _ => Replicas * 3 / 4));
        var refusals = await Task.WhenAll(Released.Select(a => UntilSucceededAsync(stage, a, a != "early")).Append(ScaleAsync(stage)));

        stage.Fleet["north"].Faults.Heal();
        refusals[1..].Should().OnlyContain(r => r.Count > 0, "while an application comes back it is nobody else's");
        refusals.SelectMany(r => r).Should().OnlyContain(r => r.Contains(" is held by ", StringComparison.Ordinal) && r.Contains("is over, or abort it", StringComparison.Ordinal), "people read by whom, and what to do");
        foreach (var application in Released)
        {
            // What was released before its return began comes back only then.
            await stage.MovesAsync(application, before[application]);
            (await stage.Admin.GetApplicationAsync(application, Token)).CurrentRevision.Should().Be("v2");
        }

        (await stage.PlaceAsync(Elastic)).Should().MatchRegex("^east [45], north [45], west [45]$");
        foreach (var application in Released.Append(Elastic))
        {
            var releases = (await stage.Delivery.ListReleasesAsync(application, 0, 50, Token)).Items;
            releases.Where(r => r.Kind == ReleaseKind.Failback).Should().ContainSingle(await stage.StoryAsync(releases[0].Id)).Which.Status.Should().Be(ReleaseStatus.Succeeded);
            releases.Count(r => r.Kind == ReleaseKind.Failover).Should().Be(1);
        }

        await Eventually.HoldsAsync(
            () => Task.FromResult(Released.All(a => ReadyWatch.Ready(stage.Fleet, a) == Replicas && ReadyWatch.Pods(stage.Fleet, a) == Replicas) && ReadyWatch.Pods(stage.Fleet, Elastic) == Grown), "all run as often as they want");
        (await watch.EndAsync()).Should().OnlyContain(w => w.Value < TimeSpan.FromSeconds(1), "nobody had too few for long");
    }

    /// <summary>Asks for a new revision again and again until one has succeeded.</summary>
    /// <param name="meanwhile">Not before the application is on its way back.</param>
    /// <returns>What was refused.</returns>
    private static async Task<IReadOnlyList<string>> UntilSucceededAsync(FailoverStage stage, string application, bool meanwhile)
    {
        if (meanwhile)
        {
            await OnItsWayAsync(stage, application);
        }

        return await AskAsync(async () => await stage.Admin.StartReleaseAsync(application, new StartReleaseRequest(FailoverStage.Web(Replicas, "v2"), Revision: "v2"), cancellationToken: Token), stage);
    }

    private static async Task<IReadOnlyList<string>> ScaleAsync(FailoverStage stage)
    {
        await OnItsWayAsync(stage, Elastic);
        return await AskAsync(async () => await stage.Admin.ScaleAsync(Elastic, new ScaleRequest(Grown), Token), stage);
    }

    private static Task OnItsWayAsync(FailoverStage stage, string application) => Eventually.HoldsAsync(
        async () => (await stage.Admin.ListReleasesAsync(application, cancellationToken: Token)).Items[0] is { Kind: nameof(ReleaseKind.Failback), IsOver: false }, $"{application} comes back");

    private static async Task<IReadOnlyList<string>> AskAsync(Func<Task<ReleaseInfo>> ask, FailoverStage stage)
    {
        var refused = new List<string>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(150));
        while (true)
        {
            try
            {
                var release = await ask();
                while (!release.IsOver)
                {
                    await timer.WaitForNextTickAsync(limit.Token);
                    release = (await stage.Admin.GetReleaseAsync(release.Id, Token)).Release;
                }

                if (release.Status == nameof(ReleaseStatus.Succeeded))
                {
                    return refused;
                }

                // Who gives way is told to whom; it is asked again.
                release.Reason.Should().EndWith("goes before it.");
            }
            catch (KairshipApiException e) when (e.Status == 409)
            {
                refused.Add(e.Message);
            }

            await timer.WaitForNextTickAsync(limit.Token);
        }
    }
}
