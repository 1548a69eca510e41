using System.Text.Json.Nodes;
using Kairship.Activities;
using Kairship.Activities.Clusters;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;
using Kairship.Server.Releases;
using Kairship.Workflows.Activities;

namespace Kairship.Server.Failover;

/// <summary>
/// Moves the applications of a lost cluster to others and sees them through: each by a release of its own, in the order and at the rate that <see cref="FailoverPlanning"/> says. What was begun stands in the
/// releases, not here: however often this dies, nothing begins twice and nothing is forgotten.
/// </summary>
internal sealed partial class FailOverActivity(IServiceProvider services, ILogger<FailOverActivity> logger) : EffectActivity
{
    private const string Loss = "loss";
    private const string Since = "since";
    private const string LastAnswer = "lastAnswer";
    private const string Filed = "filed";
    private const int StartsAtOnce = 8;

    /// <summary>While failovers are under way or begin soon.</summary>
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(1);

    /// <summary>While people, room or a cluster are waited for.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.FailOver", "Clusters", "Moves the applications of a lost cluster to others, each by a failover of its own in order of priority, and waits until all are healthy or the cluster is back.")
        .WithInput(new InputDescriptor("Cluster", "String", "The cluster that is lost.", UIHint: "dropdown", IsRequired: true, Order: 0) { LiveOptions = LiveLists.Clusters })
        .WithOutput(new OutputDescriptor("Report", "Object", "What became of each application, with times: detected, decided, applied, healthy."))
        .WithOutput(new OutputDescriptor("Sentence", "String", "The report in one sentence."))
        .WithOutcomes("Recovered", "Missed", "NotLost") with { DisplayName = "Fail Over" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        // Asked for when it is needed: what starts releases needs the activities first.
        var cluster = context.RequiredText("Cluster");
        var loss = LossIn(context.State, cluster);
        var scene = await services.GetRequiredService<FailoverSurvey>().LookAsync(loss, cancellationToken);
        if (loss is null)
        {
            if (!scene.Losses.TryGetValue(cluster, out loss))
            {
                return ActivityResult.Leave("NotLost", new JsonObject { ["Sentence"] = $"{cluster} is not lost: nothing is moved." });
            }

            // Which loss it is stands fast before anything is begun for it.
            context.Note($"{cluster} is lost since {loss.At:u} (transition {loss.Number}).");
            return ActivityResult.Wait(TimeSpan.FromMilliseconds(1), StateOf(loss));
        }

        var progress = LossProgress.Of(scene, loss, await TargetsAsync(scene, cancellationToken));
        await StopAsync(progress.Stop, cancellationToken);
        await StartAsync(context, progress.Start, cancellationToken);
        services.GetRequiredService<FenceHooks>().Ask(scene);
        var reports = services.GetRequiredService<LossReports>();
        var report = await reports.WriteAsync(scene, loss, progress.NotMoved, cancellationToken);
        var filed = await reports.FileAsync(report, loss, progress.IsOver, context.State[Filed]?.GetValue<string>(), context.InstanceId, cancellationToken);
        if (!progress.IsOver)
        {
            var state = StateOf(loss);
            state[Filed] = filed;
            return ActivityResult.Wait(Pause(progress, scene), state, ClusterHealthStimulus.WaitFor(cluster));
        }

        context.Note(report.Sentence);
        Over(logger, report.Sentence);
        return ActivityResult.Leave(report.IsMet ? "Recovered" : "Missed", new JsonObject { ["Report"] = report.ToJson(), ["Sentence"] = report.Sentence });
    }

    private static TimeSpan Pause(LossProgress progress, FailoverScene scene)
    {
        var isBusy = progress.Start.Count > 0 || progress.Stop.Count > 0 || scene.Order.Of(FailoverVerdict.UnderWay).Any();
        var most = isBusy ? Busy : Idle;
        return progress.LookAgainAt - scene.At is { } left && left < most ? (left > TimeSpan.FromMilliseconds(50) ? left : TimeSpan.FromMilliseconds(50)) : most;
    }

    private async Task StartAsync(EffectContext context, IReadOnlyList<FailoverStart> starts, CancellationToken cancellationToken)
    {
        var starter = services.GetRequiredService<ReleaseStarter>();
        var by = context.StartedBy ?? $"workflow:{context.DefinitionId}";
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = StartsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(starts, parallel, async (start, token) =>
        {
            try
            {
                var answer = await starter.StartChangeAsync(new ChangeOrder(start.Application, start.Change, by, start.DedupeKey), token);
                if (answer.Refusal is { } refusal)
                {
                    NotStarted(logger, start.Application, refusal.Detail);
                }
            }
            catch (DeliveryConflictException e)
            {
                // Somebody was faster; the next look says who.
                NotStarted(logger, start.Application, e.Message);
            }
        });
    }

    private async Task StopAsync(IReadOnlyList<(Release Failover, string Why)> stops, CancellationToken cancellationToken)
    {
        var control = services.GetRequiredService<ReleaseControl>();
        foreach (var (release, why) in stops)
        {
            await control.AbortAsync(release.Id, LossProgress.By, why, cancellationToken);
        }
    }

    /// <summary>Where the failovers that are under way go, as far as they are planned.</summary>
    private async Task<Func<Release, IReadOnlyCollection<string>>> TargetsAsync(FailoverScene scene, CancellationToken cancellationToken)
    {
        var targets = new Dictionary<string, IReadOnlyCollection<string>>(StringComparer.Ordinal);
        var delivery = services.GetRequiredService<IDeliveryStore>();
        if (scene.Losses.Count > 1)
        {
            // With one lost cluster nobody can have gone to another, and what is over is not stopped.
            foreach (var release in scene.Histories.Values.Select(h => h.Active).OfType<Release>().Where(r => r.Kind == ReleaseKind.Failover))
            {
                targets[release.Id] = [.. (await delivery.GetPlanAsync(release.Id, cancellationToken))?.Targets.Select(t => t.Cluster) ?? []];
            }
        }

        return release => targets.GetValueOrDefault(release.Id) ?? [];
    }

    private static JsonObject StateOf(ClusterLoss loss) => new() { [Loss] = loss.Number, [Since] = loss.At, [LastAnswer] = loss.LastAnswer };

    private static ClusterLoss? LossIn(JsonObject state, string cluster) =>
        state[Loss] is { } number
            ? new ClusterLoss(cluster, number.GetValue<long>(), state[Since]!.GetValue<DateTimeOffset>()) { LastAnswer = state[LastAnswer]?.GetValue<DateTimeOffset>() }
            : null;

    [LoggerMessage(LogLevel.Warning, "{Sentence}")]
    private static partial void Over(ILogger logger, string sentence);

    [LoggerMessage(LogLevel.Warning, "The failover of {Application} does not begin yet: {Why}")]
    private static partial void NotStarted(ILogger logger, string application, string why);
}
