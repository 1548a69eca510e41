using System.Text.Json.Nodes;
using Kairship.Activities;
using Kairship.Activities.Clusters;
using Kairship.Activities.Releases;
using Kairship.Activities.Returning;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;
using Kairship.Server.Releases;
using Kairship.Workflows.Activities;

namespace Kairship.Server.Failover.Returning;

/// <summary>
/// Brings applications back to a cluster that was lost, each by a release of its own, when the cluster has been well for long enough. What was begun stands in the releases: however often this dies, nothing begins
/// twice. When the cluster is lost again it ends, and the next return begins anew.
/// </summary>
internal sealed partial class FailBackActivity(IServiceProvider services, ILogger<FailBackActivity> logger) : EffectActivity
{
    private const string Told = "told";
    private const string Compared = "compared";
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Seldom = TimeSpan.FromMinutes(5);

    /// <summary>While people are all that is waited for: they may take days, and it is told when they have decided.</summary>
    private static readonly TimeSpan Asking = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(50);

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.FailBack", "Clusters", "Brings applications back to a cluster that was lost, once it has been well for long enough, each by a failback of its own in small steps; waits until all are over.")
        .WithInput(new InputDescriptor("Cluster", "String", "The cluster that came back.", UIHint: "dropdown", IsRequired: true, Order: 0) { LiveOptions = LiveLists.Clusters })
        .WithInput(new InputDescriptor("Transition", "Int64", "The number of the change of readiness by which it came back; a later one ends this. None means the last.", Order: 1))
        .WithOutput(new OutputDescriptor("Stayed", "Object", "Application to why it stays where it is."))
        .WithOutput(new OutputDescriptor("Sentence", "String", "How it ended."))
        .WithOutcomes("Done", "Lost") with { DisplayName = "Fail Back" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        // Asked for when it is needed: what starts releases needs the activities first.
        var cluster = context.RequiredText("Cluster");
        var report = await services.GetRequiredService<IClusterHealthStore>().GetAsync(cluster, cancellationToken);
        if (!Comeback.Lasts(context, report))
        {
            return ActivityResult.Leave("Lost", new JsonObject { ["Sentence"] = $"{cluster} is not back any more: nothing returns to it now." });
        }

        context.State[Comeback.Seen] = report!.Transition;
        var (cases, busy) = await LookAsync(context, cluster, cancellationToken);
        var started = await StartAsync(context, [.. cases.Where(c => c.IsDue)], cancellationToken);
        Tell(context, cases);
        var open = cases.Where(c => c.Begun is null ? c.Answer.Verdict is not (FailbackVerdict.Stay or FailbackVerdict.Back) : !c.Begun.IsOver).ToList();
        if (open.Count == 0 && busy == BusyNow.None)
        {
            return Leave(context, cluster, cases);
        }

        var isDecided = context.ResumedBy?.Key == ReleaseSignals.Decided;
        var soon = started || isDecided || busy == BusyNow.Done || open.Exists(c => c.Begun is { Status: not ReleaseStatus.AwaitingApproval }) ? Busy
            : busy == BusyNow.None && open.TrueForAll(c => c.Begun is not null) ? Asking : Idle;
        var now = context.Time.GetUtcNow();
        foreach (var at in open.Where(c => c.Begun is null).Select(c => c.Answer.At).OfType<DateTimeOffset>())
        {
            soon = at - now < soon ? at - now : soon;
        }

        return ActivityResult.Wait(soon > Least ? soon : Least, context.State, ClusterHealthStimulus.WaitFor(cluster), ReleaseSignals.Decided);
    }

    /// <summary>
    /// Before anything begins the clusters are compared anew: the last time may be days ago. So is this one when an application that was being changed then is so no more, and, less and less often, while
    /// something waits for a person.
    /// </summary>
    private async Task<(IReadOnlyList<FailbackCase> Cases, BusyNow Busy)> LookAsync(EffectContext context, string cluster, CancellationToken cancellationToken)
    {
        var (survey, keeper, book) = (services.GetRequiredService<FailbackSurvey>(), services.GetRequiredService<ReturnKeeper>(), services.GetRequiredService<ReturnBook>());
        var run = context.StartedBy is null ? null : context.InstanceId;
        var cases = await survey.LookAsync(cluster, run, cancellationToken);
        var record = await book.FindAsync(cluster, cancellationToken);
        var busy = record is null ? BusyNow.None : await keeper.BusyAsync(record, cancellationToken);
        var due = cases.Where(c => c.IsDue).SelectMany(c => c.Missing).ToList();
        if (busy == BusyNow.Done || (due.Count == 0 && record is { Items.Count: > 0 } && cases.Any(c => c.Begun is null) && IsTimeToCompare(context, record)))
        {
            due.Add(cluster);
        }

        foreach (var missing in due.Distinct(StringComparer.Ordinal))
        {
            await keeper.GoAsync(missing, fence: true, cancellationToken);
        }

        return (due.Count == 0 ? cases : await survey.LookAsync(cluster, run, cancellationToken), busy);
    }

    /// <summary>Somebody may have dealt with what waited.</summary>
    private static bool IsTimeToCompare(EffectContext context, ReturnRecord record)
    {
        var times = context.State[Compared]?.GetValue<int>() ?? 0;
        var pause = Busy * Math.Pow(2, Math.Min(times, 10));
        if (context.Time.GetUtcNow() - record.At < (pause < Seldom ? pause : Seldom))
        {
            return false;
        }

        context.State[Compared] = times + 1;
        return true;
    }

    private async Task<bool> StartAsync(EffectContext context, IReadOnlyList<FailbackCase> due, CancellationToken cancellationToken)
    {
        var starter = services.GetRequiredService<ReleaseStarter>();
        foreach (var one in due)
        {
            try
            {
                var order = new ChangeOrder(one.Application, one.Change, context.StartedBy ?? $"workflow:{context.DefinitionId}", one.DedupeKey) { Workflow = "failback-application" };
                var answer = await starter.StartChangeAsync(order, cancellationToken);
                context.Note(answer.Value is { } release ? $"{one.Answer.Sentence} Release {release.Id}." : $"{one.Application} does not return yet: {answer.Refusal!.Detail}");
            }
            catch (DeliveryConflictException e)
            {
                // Somebody was faster; the next look says who.
                NotStarted(logger, one.Application, e.Message);
            }
        }

        return due.Count > 0;
    }

    /// <summary>Why each waits: once, and again when it is another reason.</summary>
    private static void Tell(EffectContext context, IReadOnlyList<FailbackCase> cases)
    {
        if (context.State[Told] is not JsonObject told)
        {
            context.State[Told] = told = [];
        }

        foreach (var one in cases.Where(c => c.Begun is null && c.Answer.Verdict is (FailbackVerdict.Wait or FailbackVerdict.Stay)))
        {
            if (told[one.Application]?.ToString() != one.Answer.Sentence)
            {
                context.Note(one.Answer.Sentence);
                told[one.Application] = one.Answer.Sentence;
            }
        }
    }

    private static ActivityResult Leave(EffectContext context, string cluster, IReadOnlyList<FailbackCase> cases)
    {
        var stayed = cases.Where(c => c.Begun?.Status != ReleaseStatus.Succeeded)
            .ToDictionary(c => c.Application, c => c.Begun is { } ended ? $"{ended.Id} ended {ended.Status}: {ended.Reason}" : c.Answer.Sentence);
        var sentence = stayed.Count == 0 ? $"Whatever was to return to {cluster} is back." : $"To {cluster} did not return: {string.Join("; ", stayed.Take(10).Select(s => $"{s.Key} ({s.Value})"))}.";
        context.Note(sentence);
        return ActivityResult.Leave("Done", new JsonObject
        {
            ["Stayed"] = new JsonObject(stayed.Take(200).Select(s => KeyValuePair.Create(s.Key, (JsonNode?)JsonValue.Create(s.Value)))), ["Sentence"] = sentence,
        });
    }

    [LoggerMessage(LogLevel.Warning, "The failback of {Application} does not begin yet: {Why}")]
    private static partial void NotStarted(ILogger logger, string application, string why);
}
