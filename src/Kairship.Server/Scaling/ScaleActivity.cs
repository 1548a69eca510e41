using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Activities;
using Kairship.Activities.Scaling;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Scaling;
using Kairship.Server.Releases;
using Kairship.Workflows.Activities;

namespace Kairship.Server.Scaling;

/// <summary>Gives an application other replicas by a release of its own (ADR 7), and waits for its end. The execution's key starts one, however often this runs.</summary>
internal sealed class ScaleActivity(IServiceProvider services, IDeliveryStore delivery, ScalingDesk desk) : EffectActivity
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(500);

    /// <summary>It may wait for people for days.</summary>
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(30);

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.Scale", "Scaling", "Gives the application other replicas over all clusters by a release of its own, with its plan, its waves and its way back, and waits for its end.")
        .WithInput(new InputDescriptor("Application", "String", "The application to scale.", UIHint: "dropdown", IsRequired: true, Order: 0) { LiveOptions = LiveLists.Applications })
        .WithInput(new InputDescriptor("Decision", "Object", "What Decide Scale has decided.", UIHint: "json-editor", Order: 1))
        .WithInput(new InputDescriptor("Replicas", "Int32", "Where there is no decision: replicas over all clusters, within the application's limits.", Order: 2))
        .WithOutput(new OutputDescriptor("StartedRelease", "String", "The id of the release."))
        .WithOutput(new OutputDescriptor("Status", "String", "How the release has ended."))
        .WithOutput(new OutputDescriptor("Reason", "String", "Why it was not started, or did not succeed."))
        .WithOutcomes("Succeeded", "Unsuccessful", "Refused");

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        if (context.State["release"]?.GetValue<string>() is { } waited)
        {
            return await LookAsync(waited, context.State["looks"]?.GetValue<int>() ?? 0, cancellationToken);
        }

        var (id, reason) = await StartAsync(context, cancellationToken);
        if (id is null)
        {
            return ActivityResult.Leave("Refused", new JsonObject { ["Reason"] = reason });
        }

        context.Note($"Release {id}.");
        return await LookAsync(id, 0, cancellationToken);
    }

    private async Task<(string? Release, string? Reason)> StartAsync(EffectContext context, CancellationToken cancellationToken)
    {
        // Asked for when it is needed: what starts releases needs the activities first.
        var requester = await services.GetRequiredService<ReleaseRequester>().OfAsync(context, cancellationToken);
        if (requester.Refusal is { } no)
        {
            return (null, no.Detail);
        }

        var name = context.RequiredText("Application");
        var (wish, blocked) = await WishAsync(context, name, requester.Granted, cancellationToken);
        if (wish is null)
        {
            return (null, blocked);
        }

        try
        {
            var order = new ChangeOrder(name, wish.ToChange(), requester.Granted, $"workflow:{context.IdempotencyKey}");
            var answer = await services.GetRequiredService<ReleaseStarter>().StartChangeAsync(order, cancellationToken);
            return (answer.Value?.Id, answer.Refusal?.Detail);
        }
        catch (DeliveryConflictException e)
        {
            return (null, e.Message);
        }
    }

    private async Task<(ScalingWish? Wish, string? Blocked)> WishAsync(EffectContext context, string name, string by, CancellationToken cancellationToken)
    {
        if (context.Inputs["Decision"] is JsonObject decision)
        {
            return (ScalingWish.Read(decision) ?? throw new ActivityInputException(context.ActivityId, "Decision", "must be what Decide Scale gives as its decision"), null);
        }

        if (!int.TryParse(context.Text("Replicas"), NumberStyles.None, CultureInfo.InvariantCulture, out var replicas))
        {
            throw new ActivityInputException(context.ActivityId, "Decision", "is missing, and so is a whole number of Replicas: give one of the two");
        }

        if (await delivery.GetApplicationAsync(name, cancellationToken) is not { } application)
        {
            throw new ActivityInputException(context.ActivityId, "Application", $"names '{name}', and there is no such application");
        }

        var advice = await desk.AskAsync(application, replicas, by, cancellationToken);
        return advice.Verdict == ScalingVerdict.Change ? (ScalingWish.Of(advice), null) : (null, advice.Reason);
    }

    private async Task<ActivityResult> LookAsync(string id, int looks, CancellationToken cancellationToken)
    {
        var release = await delivery.GetReleaseAsync(id, cancellationToken);
        if (release is { IsOver: false })
        {
            var pause = Soon * Math.Pow(1.2, Math.Min(looks, 30));
            return ActivityResult.Wait(pause < Seldom ? pause : Seldom, new JsonObject { ["release"] = id, ["looks"] = looks + 1 });
        }

        var outputs = new JsonObject { ["StartedRelease"] = id, ["Status"] = release?.Status.ToString(), ["Reason"] = release is null ? "The release is gone." : release.Reason };
        return ActivityResult.Leave(release?.Status == ReleaseStatus.Succeeded ? "Succeeded" : "Unsuccessful", outputs);
    }
}
