using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Activities.Clusters;
using Kairship.Delivery.Failover.Returning;
using Kairship.Fleet.Health;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Returning;

/// <summary>Compares a cluster that came back with what it should have and fences what is stale, again and again until nothing is left that runs twice. What waits for a person does not keep it.</summary>
internal sealed class CompareReturnedActivity(ReturnKeeper keeper, IClusterHealthStore health) : EffectActivity
{
    private const string Looks = "looks";
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.CompareReturned", "Clusters", "Compares a cluster that came back with what it should have, before anything new goes there, and takes out of action what has been taken over elsewhere.")
        .WithInput(new InputDescriptor("Cluster", "String", "The cluster that came back.", UIHint: "dropdown", IsRequired: true, Order: 0) { LiveOptions = LiveLists.Clusters })
        .WithInput(new InputDescriptor("Transition", "Int64", "The number of the change of readiness by which it came back; a later one ends this. None means the last.", Order: 1))
        .WithOutput(new OutputDescriptor("Transition", "Int64", "The number of the change by which it came back."))
        .WithOutput(new OutputDescriptor("Held", "Int32", "How many objects wait for a person."))
        .WithOutput(new OutputDescriptor("Sentence", "String", "What was found and done."))
        .WithOutcomes("Compared", "Lost") with { DisplayName = "Compare Returned" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var cluster = context.RequiredText("Cluster");
        var report = await health.GetAsync(cluster, cancellationToken);
        if (!Comeback.Lasts(context, report))
        {
            return ActivityResult.Leave("Lost", new JsonObject { ["Sentence"] = $"{cluster} is not back any more: what comes next begins when it is." });
        }

        var pass = ReturnGate.LossBefore(report) is null ? new ReturnPass(null, $"{cluster} was never lost.") : await keeper.GoAsync(cluster, fence: true, cancellationToken);
        if (pass.Record is { IsOpen: true } || ReturnGate.LossBefore(report) is null)
        {
            return Leave(context, cluster, report!, pass);
        }

        if ((pass.Trouble ?? (pass.Record?.Unread is [{ } unread, ..] ? unread : null)) is { } trouble && context.State["trouble"]?.ToString() != trouble)
        {
            context.Note(trouble);
            context.State["trouble"] = trouble;
        }

        context.State[Comeback.Seen] = report!.Transition;
        var looks = context.State[Looks]?.GetValue<int>() ?? 0;
        context.State[Looks] = looks + 1;
        var delay = First * Math.Pow(2, Math.Min(looks, 10));
        return ActivityResult.Wait(delay < Longest ? delay : Longest, context.State, ClusterHealthStimulus.WaitFor(cluster));
    }

    private static ActivityResult Leave(EffectContext context, string cluster, ClusterReport report, ReturnPass pass)
    {
        var held = pass.Record?.Items.Count(i => i.Action == ReturnAction.Hold) ?? 0;
        var sentence = pass.Record is { } record
            ? string.Create(CultureInfo.InvariantCulture, $"{cluster} was compared: {record.Fenced.Count(f => f.Action == ReturnAction.ScaleToZero)} scaled down, {record.Fenced.Count(f => f.Action == ReturnAction.Delete)} deleted, {held} wait for a person.")
            : pass.Trouble!;
        context.Note(sentence);
        return ActivityResult.Leave("Compared", new JsonObject { ["Transition"] = report.Transition, ["Held"] = held, ["Sentence"] = sentence });
    }
}

/// <summary>Which return of a cluster an activity is about: a later one is somebody else's.</summary>
public static class Comeback
{
    /// <summary>Where an activity's state has it.</summary>
    public const string Seen = "transition";

    /// <summary>The cluster is ready, by the very change that the input Transition names, or that was seen first.</summary>
    public static bool Lasts(EffectContext context, ClusterReport? report)
    {
        if (report?.Ready is not { Status: ConditionStatus.True })
        {
            return false;
        }

        var wanted = context.State[Seen]?.GetValue<long>() ?? (long.TryParse(context.Text("Transition"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (long?)null);
        return wanted is null || wanted == report.Transition;
    }
}
